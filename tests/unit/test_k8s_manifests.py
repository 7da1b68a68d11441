"""The manifest invariants refuse what they are for, and pass what is right."""

import pytest

from deploy.k8s import invariants
from deploy.k8s.manifests import Document, mapping, selects
from tests.unit.k8s_rendering import READY, first_container, of_kind, sound


def test_a_sound_rendering_has_no_fault() -> None:
    """The example every other test breaks is itself accepted."""
    assert invariants.find_faults(sound()) == []


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"image": "openchair/request-intake:latest"}, "no fixed tag"),
        ({"image": "registry.example.org:5000/openchair/request-intake"}, "no fixed tag"),
        ({"resources": {"limits": {"cpu": "1"}}}, "no limits.memory"),
        ({"securityContext": {"readOnlyRootFilesystem": False}}, "readOnlyRootFilesystem"),
        ({"startupProbe": None}, "no startupProbe"),
        ({"livenessProbe": None}, "no livenessProbe"),
        ({"readinessProbe": None}, "no readinessProbe"),
        ({"livenessProbe": READY}, "livenessProbe asks /health/ready"),
        ({"readinessProbe": {"httpGet": {"path": "/", "port": "web"}}}, "names no port 'web'"),
        ({"envFrom": [{"configMapRef": {"name": "typo"}}]}, "ConfigMap/typo does not exist"),
        ({"env": [{"name": "MONGODB_NAME", "value": "x"}]}, "MONGODB_NAME has to do with MongoDB"),
        (
            {"env": [{"name": "STORE", "valueFrom": {"secretKeyRef": {"name": "a-mongodb-b"}}}]},
            "STORE has to do with MongoDB",
        ),
        ({"envFrom": [{"secretRef": {"name": "openchair-mongodb-x"}}]}, "has to do with MongoDB"),
        ({"env": [{"name": "RABBITMQ_URL", "value": "amqp://"}]}, "not from a secretKeyRef"),
    ],
)
def test_a_broken_container_is_refused(change: Document, complaint: str) -> None:
    """Each fault in a container is named, and blamed on its Deployment."""
    docs = sound()
    first_container(docs).update(change)
    faults = invariants.find_faults(docs)
    assert [fault.document for fault in faults] == ["Deployment/request-intake"]
    assert complaint in faults[0].message


@pytest.mark.parametrize(
    ("kind", "spec", "complaint"),
    [
        ("Service", {"selector": {"app": "typo"}}, "selector matches no Deployment's pods"),
        ("Service", {"selector": {}}, "selector matches no Deployment's pods"),
        ("Service", {"ports": [{"port": 80, "targetPort": "web"}]}, "targetPort 'web' is no port"),
        ("NetworkPolicy", {"podSelector": {"matchLabels": {"app": "typo"}}}, "podSelector matches"),
        (
            "NetworkPolicy",
            {"egress": [{"to": [{"podSelector": {"matchLabels": {"app": "typo"}}}]}]},
            "egress podSelector matches no pods",
        ),
        (
            "PodDisruptionBudget",
            {"selector": {"matchLabels": {"app": "typo"}}},
            "selector matches no pods",
        ),
        ("Deployment", {"selector": {"matchLabels": {"app": "typo"}}}, "selector matches no pods"),
        (
            "HorizontalPodAutoscaler",
            {"scaleTargetRef": {"kind": "Deployment", "name": "typo"}},
            "target Deployment/typo does not exist",
        ),
    ],
)
def test_a_selector_or_target_that_finds_nothing_is_refused(
    kind: str, spec: Document, complaint: str
) -> None:
    """What selects or scales must meet something in the same rendering."""
    docs = sound()
    of_kind(docs, kind)["spec"].update(spec)
    faults = invariants.find_faults(docs)
    assert [fault.document for fault in faults] == [f"{kind}/request-intake"]
    assert complaint in faults[0].message


def test_a_spread_over_other_pods_is_refused() -> None:
    """A topology spread whose selector misses its own pods would spread nothing."""
    docs = sound()
    pod = mapping(of_kind(docs, "Deployment"), "spec", "template", "spec")
    pod["topologySpreadConstraints"] = [{"labelSelector": {"matchLabels": {"app": "typo"}}}]
    assert "topologySpreadConstraints matches no pods" in invariants.find_faults(docs)[0].message


def test_a_service_does_not_select_across_namespaces() -> None:
    """The right labels in another namespace do not count."""
    docs = sound()
    of_kind(docs, "Service")["metadata"]["namespace"] = "elsewhere"
    assert [fault.document for fault in invariants.find_faults(docs)] == ["Service/request-intake"]


def test_a_peer_in_another_namespace_is_not_judged() -> None:
    """Pods of the gateway or of Prometheus are not ours to find."""
    docs = sound()
    peer = {"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "gateway"}}}
    of_kind(docs, "NetworkPolicy")["spec"]["ingress"] = [{"from": [peer]}]
    assert invariants.find_faults(docs) == []


@pytest.mark.parametrize(
    ("kind", "labels"),
    [
        ("RabbitmqCluster", {"app.kubernetes.io/name": "bus"}),
        ("MongoDBCommunity", {"app": "bus-svc"}),
    ],
)
def test_a_policy_may_select_pods_an_operator_makes(kind: str, labels: dict[str, str]) -> None:
    """Brokers and databases in the namespace need policies although no template is rendered."""
    docs = sound()
    of_kind(docs, "NetworkPolicy")["spec"]["podSelector"] = {"matchLabels": labels}
    assert invariants.find_faults(docs)
    docs.append({"kind": kind, "metadata": {"name": "bus"}})
    assert invariants.find_faults(docs) == []


def test_two_scalers_on_one_target_are_refused() -> None:
    """KEDA makes an HPA of its own, so ours must go when a ScaledObject comes."""
    docs = sound()
    docs.append(
        {
            "kind": "ScaledObject",
            "metadata": {"name": "queue"},
            "spec": {"scaleTargetRef": {"name": "request-intake"}},
        }
    )
    (fault,) = invariants.find_faults(docs)
    assert fault.document == "ScaledObject/queue"
    assert "also scaled by HorizontalPodAutoscaler/request-intake" in fault.message


@pytest.mark.parametrize("field", ["data", "stringData"])
def test_a_secret_with_content_is_refused(field: str) -> None:
    """Secrets are created in the cluster; a manifest may only refer to them."""
    secret = {"kind": "Secret", "metadata": {"name": "s"}, field: {"url": "x"}}
    (fault,) = invariants.find_faults([*sound(), secret])
    assert fault.document == "Secret/s"


def test_a_credential_in_a_config_map_is_refused() -> None:
    """A secret's variable does not belong in a ConfigMap."""
    docs = sound()
    of_kind(docs, "ConfigMap")["data"]["SMTP_PASSWORD"] = "x"
    (fault,) = invariants.find_faults(docs)
    assert fault.message == "SMTP_PASSWORD belongs in a Secret"


def test_mongodb_reaches_intake_through_no_config_map_either() -> None:
    """The keys of a ConfigMap are environment as well."""
    docs = sound()
    of_kind(docs, "ConfigMap")["data"]["MONGODB_HOST"] = "db.example.org"
    assert [fault.message for fault in invariants.find_faults(docs)] == [
        "ConfigMap/request-intake has to do with MongoDB"
    ]


def test_a_rendering_without_intake_is_refused() -> None:
    """A renamed intake must not slip past the check on its database access."""
    assert [fault.message for fault in invariants.check_intake_without_mongodb([])] == [
        "not rendered"
    ]


@pytest.mark.parametrize("broken", [None, [], "text", {"template": None}, {"template": []}])
def test_a_wrongly_shaped_document_does_not_stop_the_checks(broken: object) -> None:
    """Wrong shapes are the schema's to report; the invariants must survive them."""
    kinds = [doc["kind"] for doc in sound()]
    docs = [{"kind": kind, "metadata": {"name": "x"}, "spec": broken} for kind in kinds]
    assert invariants.find_faults(docs)


@pytest.mark.parametrize(
    ("operator", "key", "values", "expected"),
    [
        ("In", "tier", ["web", "api"], True),
        ("In", "tier", ["db"], False),
        ("NotIn", "tier", ["db"], True),
        ("NotIn", "tier", ["web"], False),
        ("Exists", "tier", None, True),
        ("Exists", "zone", None, False),
        ("DoesNotExist", "zone", None, True),
        ("DoesNotExist", "tier", None, False),
        ("Typo", "tier", None, False),
    ],
)
def test_selector_expressions(
    operator: str, key: str, values: list[str] | None, expected: bool
) -> None:
    """Expressions mean what Kubernetes means by them."""
    expression = {"key": key, "operator": operator, "values": values}
    assert selects({"matchExpressions": [expression]}, {"tier": "web"}) is expected
