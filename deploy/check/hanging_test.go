package check

import (
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const ended = "ENDED"

// What watches over a function: a command of bash, in which ended is printed where it would be ended.
type watch struct {
	command string
	address string
}

func systemdWatch(t *testing.T) watch {
	unit, err := os.ReadFile("../systemd/icm-lora-watch.service")
	if err != nil {
		t.Fatal(err)
	}
	_, command, found := strings.Cut(string(unit), "ExecStart=/usr/bin/env bash -c '")
	command, _, closed := strings.Cut(command, "'\n")
	if !found || !closed {
		t.Fatal("the unit starts no bash")
	}
	command = strings.ReplaceAll(command, "$$", "$")
	command = replaced(t, command, "exec systemctl try-restart icm-lora", "echo "+ended)
	return watch{replaced(t, command, "sleep 5", ":"), "127.0.0.1:${QUARKUS_HTTP_PORT:-8080}"}
}

func composeWatch(t *testing.T) watch {
	project, err := load(secrets, "../compose/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	function := project.Services["function"]
	// The first process of a container ends by no signal of its own.
	if function.Init == nil || !*function.Init || function.Restart != "unless-stopped" {
		t.Error("a function that is ended is not started again")
	}
	test := function.HealthCheck.Test
	if len(test) != 4 || strings.Join(test[:3], " ") != "CMD bash -c" {
		t.Fatalf("the check is no command of bash: %q", test)
	}
	return watch{replaced(t, test[3], "kill -KILL -1", "echo "+ended), "/dev/tcp/127.0.0.1/8080"}
}

// Once, or it would be run as it is.
func replaced(t *testing.T, command string, part string, by string) string {
	if strings.Count(command, part) != 1 {
		t.Fatalf("%q is not there once: %s", part, command)
	}
	return strings.Replace(command, part, by, 1)
}

func (w watch) ends(t *testing.T, address string) bool {
	separator := ":"
	if strings.Contains(w.address, "/") {
		separator = "/"
		address = "/dev/tcp/" + address
	}
	host, port, _ := strings.Cut(address, ":")
	if strings.Count(w.command, "kill")+strings.Count(w.command, "systemctl") > 0 || !strings.Contains(w.command, w.address) {
		t.Fatalf("not to be run: %s", w.command)
	}
	command := strings.ReplaceAll(w.command, w.address, host+separator+port)
	output, _ := exec.Command("bash", "-c", command).Output()
	return strings.Contains(string(output), ended)
}

func TestAFunctionThatHangsIsEnded(t *testing.T) {
	answers := func(status int) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(server.Close)
		return server.Listener.Addr().String()
	}
	nothing, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nothing.Close()
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { silent.Close() })
	for name, watch := range map[string]watch{"systemd": systemdWatch(t), "compose": composeWatch(t)} {
		for state, is := range map[string]struct {
			address string
			ended   bool
		}{
			"lives":        {answers(200), false},
			"has failed":   {answers(503), true},
			"starts":       {nothing.Addr().String(), false},
			"says nothing": {silent.Addr().String(), true},
		} {
			t.Run(name+" "+state, func(t *testing.T) {
				t.Parallel()
				if watch.ends(t, is.address) != is.ended {
					t.Errorf("one that %s is ended: %v", state, !is.ended)
				}
			})
		}
	}
}

func TestTheWatchOfSystemdRunsWithTheFunction(t *testing.T) {
	for file, line := range map[string]string{
		"icm-lora.service":     "Wants=icm-lora-watch.timer",
		"icm-lora-watch.timer": "PartOf=icm-lora.service",
	} {
		unit, err := os.ReadFile(filepath.Join("../systemd", file))
		if err != nil || !strings.Contains(string(unit), "\n"+line+"\n") {
			t.Errorf("%s has no %s", file, line)
		}
	}
}
