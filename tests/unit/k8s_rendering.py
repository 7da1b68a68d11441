"""A rendering of the manifests without a fault, for tests to break."""

from copy import deepcopy

from deploy.k8s.manifests import Document, mapping, mappings

LABELS = {"app.kubernetes.io/name": "request-intake", "app.kubernetes.io/component": "api"}


PROBE = {"httpGet": {"path": "/health/live", "port": "http"}}


READY = {"httpGet": {"path": "/health/ready", "port": "http"}}


def sound() -> list[Document]:
    """Return the smallest rendering that has every kind we judge and no fault."""
    container = {
        "name": "request-intake",
        "image": "registry.example.org:5000/openchair/request-intake:0.1.0",
        "ports": [{"name": "http", "containerPort": 8000}],
        "envFrom": [{"configMapRef": {"name": "request-intake"}}],
        "env": [
            {
                "name": "RABBITMQ_URL",
                "valueFrom": {"secretKeyRef": {"name": "openchair-rabbitmq", "key": "url"}},
            }
        ],
        "startupProbe": PROBE,
        "livenessProbe": PROBE,
        "readinessProbe": READY,
        "resources": {"limits": {"memory": "256Mi"}},
        "securityContext": {"readOnlyRootFilesystem": True},
    }
    selector = {"matchLabels": dict(LABELS)}
    return deepcopy(
        [
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {"name": "request-intake"},
                "spec": {
                    "selector": selector,
                    "template": {
                        "metadata": {
                            "labels": {**LABELS, "app.kubernetes.io/part-of": "openchair"}
                        },
                        "spec": {
                            "serviceAccountName": "request-intake",
                            "topologySpreadConstraints": [{"labelSelector": selector}],
                            "containers": [container],
                        },
                    },
                },
            },
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": {"name": "request-intake"},
                "spec": {"selector": LABELS, "ports": [{"port": 8000, "targetPort": "http"}]},
            },
            {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": "request-intake"},
                "spec": {
                    "podSelector": selector,
                    "ingress": [{"from": [{"podSelector": selector}]}],
                },
            },
            {
                "apiVersion": "autoscaling/v2",
                "kind": "HorizontalPodAutoscaler",
                "metadata": {"name": "request-intake"},
                "spec": {"scaleTargetRef": {"kind": "Deployment", "name": "request-intake"}},
            },
            {
                "apiVersion": "policy/v1",
                "kind": "PodDisruptionBudget",
                "metadata": {"name": "request-intake"},
                "spec": {"selector": selector},
            },
            {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "request-intake"}},
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": "request-intake"},
                "data": {"APP_ENV": "production"},
            },
        ]
    )


def of_kind(docs: list[Document], kind: str) -> Document:
    """Return the one document of a kind, for a test to break."""
    return next(doc for doc in docs if doc["kind"] == kind)


def first_container(docs: list[Document]) -> Document:
    """Return the Deployment's container, for a test to break."""
    pod = mapping(of_kind(docs, "Deployment"), "spec", "template", "spec")
    return mappings(pod, "containers")[0]
