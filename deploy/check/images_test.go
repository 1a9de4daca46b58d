package check

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"cloud.google.com/go/cloudbuild/apiv1/v2/cloudbuildpb"
	"github.com/rhysd/actionlint"
	"google.golang.org/protobuf/encoding/protojson"
	"sigs.k8s.io/yaml"
)

const root = "../.."

// An image by tag, for the reader, and by digest, for the engine.
var byDigest = regexp.MustCompile(`^[a-z0-9][a-z0-9./_-]*:[A-Za-z0-9_][A-Za-z0-9._-]*@sha256:[0-9a-f]{64}$`)

// An action by commit, and what that is called.
var byCommit = regexp.MustCompile(`^[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+(\.\d+)*$`)

// What a Dockerfile stands on or copies from, and does not pin.
func unpinnedBases(dockerfile string) []string {
	var found []string
	images, stages := map[string]string{}, map[string]bool{}
	for _, line := range strings.Split(dockerfile, "\n") {
		words := strings.Fields(line)
		switch {
		case len(words) < 2:
		case words[0] == "ARG":
			name, value, _ := strings.Cut(words[1], "=")
			images["${"+name+"}"] = value
		case words[0] == "FROM":
			image := words[1]
			if given, known := images[image]; known {
				image = given
			}
			if !byDigest.MatchString(image) && !stages[image] {
				found = append(found, image)
			}
			if len(words) == 4 {
				stages[words[3]] = true
			}
		case words[0] == "COPY" && strings.HasPrefix(words[1], "--from="):
			if from := strings.TrimPrefix(words[1], "--from="); !stages[from] && !byDigest.MatchString(from) {
				found = append(found, from)
			}
		}
	}
	return found
}

func TestDockerfilesPinWhatTheyStandOn(t *testing.T) {
	for _, name := range append(files(t, "src/main/docker/Dockerfile.*"), "deploy/spark/Dockerfile") {
		text := textOf(t, name)
		if !strings.Contains(text, "\nFROM ") {
			t.Errorf("%s has no FROM", name)
		}
		for _, image := range unpinnedBases(text) {
			t.Errorf("%s: %s has no digest", name, image)
		}
	}
	digest := "@sha256:" + strings.Repeat("a", 64)
	for _, breach := range []string{
		"FROM debian:trixie", "FROM debian" + digest, "ARG A=debian:trixie\nFROM ${A}", "FROM debian:trixie@sha256:abc",
		"FROM debian:trixie" + digest + "\nCOPY --from=busybox:1 /bin/sh sh",
	} {
		if len(unpinnedBases(breach)) == 0 {
			t.Errorf("not found in %q", breach)
		}
	}
}

// The scanner and the signer run with the rights to push.
func TestPublishingRunsImagesByDigest(t *testing.T) {
	tools := regexp.MustCompile(`(?m)^readonly \w+_image=(.*)$`).FindAllStringSubmatch(textOf(t, "scripts/publish-image"), -1)
	if len(tools) != 2 {
		t.Fatalf("scripts/publish-image names %d images", len(tools))
	}
	for _, tool := range tools {
		if !byDigest.MatchString(tool[1]) {
			t.Errorf("%s has no digest", tool[1])
		}
	}
}

func TestWorkflowsAreWhatGitHubReads(t *testing.T) {
	linter, err := actionlint.NewLinter(io.Discard, &actionlint.LinterOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files(t, ".github/workflows/*.yml") {
		text := textOf(t, name)
		mistakes, err := linter.Lint(name, []byte(text), nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, mistake := range mistakes {
			t.Error(mistake)
		}
		for _, use := range regexp.MustCompile(`(?m)\buses: (.*)$`).FindAllStringSubmatch(text, -1) {
			if !byCommit.MatchString(use[1]) {
				t.Errorf("%s: %s is not a commit", name, use[1])
			}
		}
		for _, missing := range missingScripts(text) {
			t.Errorf("%s: %s", name, missing)
		}
		for _, step := range unheardPipes(t, text) {
			t.Errorf("%s: %s pipes, and has no shell: bash, with which a failure before the pipe counts", name, step)
		}
	}
	unheard := "jobs:\n  a:\n    steps:\n      - name: b\n        run: false | tee log\n"
	if steps := unheardPipes(t, unheard); len(steps) != 1 || steps[0] != "b" {
		t.Errorf("a pipe without pipefail was not found: %v", steps)
	}
	if mistakes, _ := linter.Lint("a.yml", []byte("on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    step: []\n"), nil); len(mistakes) == 0 {
		t.Error("an unknown key was not found")
	}
}

// Steps of a workflow whose pipes swallow failures: GitHub's default shell has no pipefail, the one that is asked for has.
func unheardPipes(t *testing.T, text string) []string {
	var workflow struct {
		Jobs map[string]struct {
			Steps []struct{ Name, Run, Shell string }
		}
	}
	if err := yaml.Unmarshal([]byte(text), &workflow); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, job := range workflow.Jobs {
		for _, step := range job.Steps {
			if strings.Contains(strings.ReplaceAll(step.Run, "||", ""), "|") && step.Shell != "bash" {
				names = append(names, step.Name)
			}
		}
	}
	return names
}

// By Google's own type of a build, which refuses a field that it does not know.
func TestCloudBuildReadsItsFile(t *testing.T) {
	text := textOf(t, "deploy/cloudbuild.yaml")
	parse := func(text string) (*cloudbuildpb.Build, error) {
		build := &cloudbuildpb.Build{}
		json, err := yaml.YAMLToJSONStrict([]byte(text))
		if err != nil {
			return nil, err
		}
		return build, protojson.Unmarshal(json, build)
	}
	build, err := parse(text)
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range build.Steps {
		if !byDigest.MatchString(step.Name) {
			t.Errorf("%s has no digest", step.Name)
		}
	}
	if len(build.Steps) == 0 {
		t.Error("it does nothing")
	}
	for _, missing := range missingScripts(text) {
		t.Error(missing)
	}
	for _, breach := range []string{"step: []\n", "options:\n  machineType: HUGE\n", "timeout: an hour\n"} {
		if _, err := parse(breach); err == nil {
			t.Errorf("%q was read", breach)
		}
	}
}

// Scripts of ours that a job names, and that are not there.
func missingScripts(text string) []string {
	var missing []string
	for _, script := range regexp.MustCompile(`\bscripts/[\w-]+`).FindAllString(text, -1) {
		if _, err := os.Stat(filepath.Join(root, script)); err != nil {
			missing = append(missing, fmt.Sprintf("there is no %s", script))
		}
	}
	return missing
}

func files(t *testing.T, pattern string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(root, pattern))
	if err != nil || len(found) == 0 {
		t.Fatalf("nothing is named %s: %v", pattern, err)
	}
	for i, name := range found {
		found[i] = strings.TrimPrefix(name, root+"/")
	}
	return found
}

func textOf(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
