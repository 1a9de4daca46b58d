package check

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	duckv1 "knative.dev/pkg/apis/duck/v1"
)

// ScaledObject of keda.sh/v1alpha1, as far as our manifests use it; KEDA's own definition is checked before.
type ScaledObject struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		ScaleTargetRef struct {
			Name string `json:"name"`
		} `json:"scaleTargetRef"`
		MinReplicaCount *int `json:"minReplicaCount"`
		MaxReplicaCount *int `json:"maxReplicaCount"`
		PollingInterval *int `json:"pollingInterval"`
		CooldownPeriod  *int `json:"cooldownPeriod"`
		Triggers        []struct {
			Type              string            `json:"type"`
			Metadata          map[string]string `json:"metadata"`
			AuthenticationRef *struct {
				Name string `json:"name"`
			} `json:"authenticationRef"`
		} `json:"triggers"`
	} `json:"spec"`
}

// TriggerAuthentication of keda.sh/v1alpha1, likewise.
type TriggerAuthentication struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		PodIdentity struct {
			Provider string `json:"provider"`
		} `json:"podIdentity"`
	} `json:"spec"`
}

// Of Knative Eventing, KServe and the operator for Spark no Go module is served where this is built. These types hold the fields
// that our manifests use, as the projects' documentation has them; another field is refused. scripts/deploy-test compares KServe's
// and Spark's with their models.

// Trigger of eventing.knative.dev/v1.
type Trigger struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Broker string `json:"broker"`
		Filter struct {
			Attributes map[string]string `json:"attributes"`
		} `json:"filter"`
		Subscriber duckv1.Destination `json:"subscriber"`
		Delivery   struct {
			DeadLetterSink *duckv1.Destination `json:"deadLetterSink"`
			Retry          int                 `json:"retry"`
			Timeout        string              `json:"timeout"`
			BackoffPolicy  string              `json:"backoffPolicy"`
			BackoffDelay   string              `json:"backoffDelay"`
		} `json:"delivery"`
	} `json:"spec"`
}

// ModelFormat names what a runtime can serve.
type ModelFormat struct {
	Name       string `json:"name"`
	Version    string `json:"version"`
	AutoSelect *bool  `json:"autoSelect"`
}

// ServingRuntime of serving.kserve.io/v1alpha1.
type ServingRuntime struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		SupportedModelFormats []ModelFormat      `json:"supportedModelFormats"`
		Containers            []corev1.Container `json:"containers"`
		Volumes               []corev1.Volume    `json:"volumes"`
	} `json:"spec"`
}

// InferenceService of serving.kserve.io/v1beta1.
type InferenceService struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Predictor struct {
			MinReplicas                  *int  `json:"minReplicas"`
			MaxReplicas                  int   `json:"maxReplicas"`
			Timeout                      int64 `json:"timeout"`
			AutomountServiceAccountToken *bool `json:"automountServiceAccountToken"`
			Model                        struct {
				ModelFormat ModelFormat `json:"modelFormat"`
				Runtime     string      `json:"runtime"`
				StorageURI  string      `json:"storageUri"`
			} `json:"model"`
		} `json:"predictor"`
	} `json:"spec"`
}

// SparkApplication of sparkoperator.k8s.io/v1beta2.
type SparkApplication struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`
	Spec              struct {
		Type                string            `json:"type"`
		Mode                string            `json:"mode"`
		SparkVersion        string            `json:"sparkVersion"`
		Image               string            `json:"image"`
		MainApplicationFile string            `json:"mainApplicationFile"`
		Arguments           []string          `json:"arguments"`
		SparkConf           map[string]string `json:"sparkConf"`
		RestartPolicy       struct {
			Type                             string `json:"type"`
			OnFailureRetries                 int    `json:"onFailureRetries"`
			OnFailureRetryInterval           int    `json:"onFailureRetryInterval"`
			OnSubmissionFailureRetries       int    `json:"onSubmissionFailureRetries"`
			OnSubmissionFailureRetryInterval int    `json:"onSubmissionFailureRetryInterval"`
		} `json:"restartPolicy"`
		Driver   SparkPod `json:"driver"`
		Executor SparkPod `json:"executor"`
	} `json:"spec"`
}

// SparkPod is a driver, or executors, of which there are instances.
type SparkPod struct {
	Instances      int                    `json:"instances"`
	Cores          int                    `json:"cores"`
	CoreRequest    string                 `json:"coreRequest"`
	CoreLimit      string                 `json:"coreLimit"`
	Memory         string                 `json:"memory"`
	ServiceAccount string                 `json:"serviceAccount"`
	Template       corev1.PodTemplateSpec `json:"template"`
}
