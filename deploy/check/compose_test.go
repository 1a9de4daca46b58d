package check

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

var secrets = []string{
	"ICM_LORA_API_KEY=a", "ICM_LORA_API_KEYS_PROMETHEUS=b", "ICM_LORA_API_KEYS_BUCKET=c", "BUCKET_PASSWORD=d", "GRAFANA_PASSWORD=e",
}

// Compose's own loader: it knows the schema, and refuses what is not in it.
func load(environment []string, files ...string) (*types.Project, error) {
	options, err := cli.NewProjectOptions(files, cli.WithEnv(environment))
	if err != nil {
		return nil, err
	}
	return options.LoadProject(context.Background())
}

func TestComposeConfinesItsServices(t *testing.T) {
	for _, files := range [][]string{{"../compose/compose.yaml"}, {"../compose/compose.yaml", "../compose/gpu.yaml"}} {
		project, err := load(secrets, files...)
		if err != nil {
			t.Fatal(err)
		}
		for name, service := range project.Services {
			// Ours is built on this machine; it has a digest once it is pushed.
			if own := strings.HasPrefix(service.Image, "icm-lora:"); !own && !byDigest.MatchString(service.Image) {
				t.Errorf("%s: %s has no digest", name, service.Image)
			}
			if !slices.Contains(service.CapDrop, "ALL") || !slices.Contains(service.SecurityOpt, "no-new-privileges:true") || service.Privileged {
				t.Errorf("%s may do more than it needs", name)
			}
			if !service.ReadOnly {
				t.Errorf("%s may write to its root file system", name)
			}
			if service.MemLimit == 0 {
				t.Errorf("%s has no limit of memory", name)
			}
			root := service.User == "" || strings.HasPrefix(service.User, "0:")
			if root && !slices.Contains([]string{"adapters", "bucket", "bucket-setup"}, name) {
				t.Errorf("%s is root", name)
			}
			for _, port := range service.Ports {
				if port.HostIP != "127.0.0.1" {
					t.Errorf("%s listens to the world on %s", name, port.Published)
				}
			}
		}
	}
}

func TestComposeHasNoSecretOfItsOwn(t *testing.T) {
	for _, without := range secrets {
		name, _, _ := strings.Cut(without, "=")
		rest := slices.DeleteFunc(slices.Clone(secrets), func(of string) bool { return of == without })
		if _, err := load(rest, "../compose/compose.yaml"); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("it starts without %s: %v", name, err)
		}
	}
	project, err := load(secrets, "../compose/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for name, service := range project.Services {
		for setting, value := range service.Environment {
			if secret.MatchString(setting) && setting != "AWS_ACCESS_KEY_ID" && !slices.ContainsFunc(secrets, func(of string) bool {
				_, given, _ := strings.Cut(of, "=")
				return *value == given || *value == "Bearer "+given
			}) {
				t.Errorf("%s: %s is in the file", name, setting)
			}
		}
	}
}

func TestComposeIsWiredTogether(t *testing.T) {
	project, err := load(secrets, "../compose/compose.yaml")
	if err != nil {
		t.Fatal(err)
	}
	bucket, function := project.Services["bucket"].Environment, project.Services["function"].Environment
	if *bucket["MINIO_NOTIFY_WEBHOOK_AUTH_TOKEN_FUNCTION"] != "Bearer "+*function["ICM_LORA_API_KEYS_BUCKET"] {
		t.Error("the bucket sends another key than the function takes")
	}
	if *function["ICM_LORA_ROLES_BUCKET"] != "events" || *function["ICM_LORA_ROLES_PROMETHEUS"] != "metrics" {
		t.Error("the keys of bucket and Prometheus do not do, or do more than, what they are for")
	}
	if *bucket["MINIO_ROOT_PASSWORD"] != *function["AWS_SECRET_ACCESS_KEY"] || *bucket["MINIO_ROOT_USER"] != *function["AWS_ACCESS_KEY_ID"] {
		t.Error("the function is not let into the bucket")
	}
	for name, service := range project.Services {
		for _, volume := range service.Volumes {
			if volume.Type == types.VolumeTypeBind && !volume.ReadOnly {
				t.Errorf("%s may write to %s", name, volume.Source)
			}
		}
	}
}
