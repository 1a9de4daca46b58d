package check

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	_ "github.com/kedacore/keda/v2/version" // of this module only the definitions are wanted, whose types would bring a whole controller
	"k8s.io/kube-openapi/pkg/validation/spec"
	"k8s.io/kube-openapi/pkg/validation/strfmt"
	"k8s.io/kube-openapi/pkg/validation/validate"
	"sigs.k8s.io/yaml"
)

// Where KEDA's Go module defines its kinds.
var definitions = map[string]string{
	"keda.sh/v1alpha1 ScaledObject":          "keda.sh_scaledobjects.yaml",
	"keda.sh/v1alpha1 TriggerAuthentication": "keda.sh_triggerauthentications.yaml",
}

// What is wrong with an object by the definition of its kind, as the API server would say it.
func breaches(file string, text []byte) error {
	schema, err := schemaOf(file)
	if err != nil {
		return err
	}
	var object map[string]any
	if err := json.Unmarshal(text, &object); err != nil {
		return err
	}
	if result := validate.NewSchemaValidator(schema, nil, "", strfmt.Default).Validate(object); len(result.Errors) > 0 {
		return fmt.Errorf("%v", result.Errors)
	}
	delete(object, "metadata") // whose fields are Kubernetes' own
	if fields := unknown(schema, object, ""); len(fields) > 0 {
		return fmt.Errorf("there is no %v", fields)
	}
	return nil
}

func schemaOf(file string) (*spec.Schema, error) {
	folder, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/kedacore/keda/v2").Output()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(folder)), "config", "crd", "bases", file))
	if err != nil {
		return nil, err
	}
	var definition struct {
		Spec struct {
			Versions []struct {
				Schema struct {
					OpenAPIV3Schema spec.Schema `json:"openAPIV3Schema"`
				} `json:"schema"`
			} `json:"versions"`
		} `json:"spec"`
	}
	if err := yaml.Unmarshal(text, &definition); err != nil {
		return nil, err
	}
	if len(definition.Spec.Versions) != 1 {
		return nil, fmt.Errorf("%s has %d versions, not one", file, len(definition.Spec.Versions))
	}
	return &definition.Spec.Versions[0].Schema.OpenAPIV3Schema, nil
}

// Fields that a schema does not have, which a cluster would drop without a word.
func unknown(schema *spec.Schema, value any, path string) []string {
	var found []string
	switch of := value.(type) {
	case map[string]any:
		for name, inner := range of {
			switch property, named := schema.Properties[name]; {
			case named:
				found = append(found, unknown(&property, inner, path+"/"+name)...)
			case schema.AdditionalProperties != nil && schema.AdditionalProperties.Schema != nil:
				found = append(found, unknown(schema.AdditionalProperties.Schema, inner, path+"/"+name)...)
			default:
				found = append(found, path+"/"+name)
			}
		}
	case []any:
		for _, inner := range of {
			found = append(found, unknown(schema.Items.Schema, inner, path)...)
		}
	}
	return found
}
