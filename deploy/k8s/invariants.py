"""What must hold of our manifests and no schema can say: pure functions, documents to faults."""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

from deploy.k8s.manifests import (
    OPERATED,
    WORKLOADS,
    Document,
    containers,
    document_id,
    inputs,
    mapping,
    mappings,
    namespace,
    of_kind,
    pod_labels,
    port_names,
    selected,
    selectors,
    template,
)

PROBES = ("startupProbe", "livenessProbe", "readinessProbe")
SECRET_VARIABLES = frozenset({"MONGODB_URL", "RABBITMQ_URL", "SMTP_PASSWORD", "SMTP_USERNAME"})
INTAKE = "request-intake"


class Fault(NamedTuple):
    """What is wrong with one document; `document` is its `Kind/name`."""

    document: str
    message: str


Check: TypeAlias = Callable[[list[Document]], Iterator[Fault]]


def check_containers(docs: list[Document]) -> Iterator[Fault]:
    """Every container has a fixed tag, a memory limit and a read-only root file system."""
    for doc in of_kind(docs, *WORKLOADS):
        if not containers(doc):
            yield Fault(document_id(doc), "no container")
        for container in containers(doc):
            where = f"container {container.get('name')}"
            image = str(container.get("image", ""))
            tag = image.rpartition("/")[2].partition(":")[2]
            if "@" not in image and tag in ("", "latest"):
                yield Fault(document_id(doc), f"{where}: image {image!r} has no fixed tag")
            if not mapping(container, "resources", "limits").get("memory"):
                yield Fault(document_id(doc), f"{where}: no limits.memory")
            if mapping(container, "securityContext").get("readOnlyRootFilesystem") is not True:
                yield Fault(document_id(doc), f"{where}: readOnlyRootFilesystem is not true")


def check_probes(docs: list[Document]) -> Iterator[Fault]:
    """Each Deployment's containers have all probes, on ports they have.

    Liveness must not ask for readiness, or a store being away would restart every pod.
    """
    for doc in of_kind(docs, "Deployment"):
        for container in mappings(mapping(template(doc), "spec"), "containers"):
            where = f"container {container.get('name')}"
            ports = {port.get("name") for port in mappings(container, "ports")}
            for probe in PROBES:
                if not container.get(probe):
                    yield Fault(document_id(doc), f"{where}: no {probe}")
                port = mapping(container, probe, "httpGet").get("port")
                if isinstance(port, str) and port not in ports:
                    yield Fault(document_id(doc), f"{where}: {probe} names no port {port!r}")
            path = mapping(container, "livenessProbe", "httpGet").get("path")
            if path == "/health/ready":
                yield Fault(document_id(doc), f"{where}: livenessProbe asks {path}")


def check_services(docs: list[Document]) -> Iterator[Fault]:
    """Each Service selects the pods of a Deployment, and its named ports are theirs."""
    for doc in of_kind(docs, "Service"):
        spec = mapping(doc, "spec")
        if spec.get("type") == "ExternalName":
            continue
        selector = {"matchLabels": spec.get("selector")}
        found = selected(selector, doc, of_kind(docs, "Deployment"))
        if not spec.get("selector"):  # for a Service, unlike a policy, empty selects nothing
            found = []
        if not found:
            yield Fault(document_id(doc), "selector matches no Deployment's pods")
        for target in (port.get("targetPort") for port in mappings(spec, "ports")):
            for workload in found:
                if isinstance(target, str) and target not in port_names(workload):
                    owner = document_id(workload)
                    yield Fault(document_id(doc), f"targetPort {target!r} is no port of {owner}")


def check_pod_selectors(docs: list[Document]) -> Iterator[Fault]:
    """Selectors of policies, budgets, spreads and Deployments each match something.

    A peer with a namespaceSelector may be elsewhere and is not judged.
    """
    workloads = of_kind(docs, *WORKLOADS, *OPERATED)
    for doc in docs:
        for where, selector in selectors(doc):
            candidates = [doc] if doc.get("kind") in WORKLOADS else workloads
            if not selected(selector, doc, candidates):
                yield Fault(document_id(doc), f"{where} matches no pods")


def check_scalers(docs: list[Document]) -> Iterator[Fault]:
    """Each scaler's target exists, and no target has two (HPA and KEDA would fight)."""
    existing = {(namespace(doc), document_id(doc)) for doc in docs}
    scaled: dict[tuple[object, str], str] = {}
    for doc in of_kind(docs, "HorizontalPodAutoscaler", "ScaledObject"):
        reference = mapping(doc, "spec", "scaleTargetRef")
        target = f"{reference.get('kind', 'Deployment')}/{reference.get('name')}"
        key = (namespace(doc), target)
        if key not in existing:
            yield Fault(document_id(doc), f"target {target} does not exist")
        if key in scaled:
            yield Fault(document_id(doc), f"target {target} is also scaled by {scaled[key]}")
        scaled[key] = document_id(doc)


def check_references(docs: list[Document]) -> Iterator[Fault]:
    """Pods name a ServiceAccount and ConfigMaps that are rendered along with them."""
    existing = {(namespace(doc), document_id(doc)) for doc in docs}
    for doc in of_kind(docs, *WORKLOADS):
        wanted = [f"ServiceAccount/{mapping(template(doc), 'spec').get('serviceAccountName')}"]
        for container in containers(doc):
            sources = [mapping(s, "configMapRef") for s in mappings(container, "envFrom")]
            sources += [
                mapping(variable, "valueFrom", "configMapKeyRef")
                for variable in mappings(container, "env")
            ]
            wanted += [f"ConfigMap/{source['name']}" for source in sources if "name" in source]
        for name in dict.fromkeys(wanted):
            if (namespace(doc), name) not in existing:
                yield Fault(document_id(doc), f"{name} does not exist")


def check_intake_without_mongodb(docs: list[Document]) -> Iterator[Fault]:
    """Check that the one service that faces the internet has no way to a database."""
    intakes = [
        doc
        for doc in of_kind(docs, *WORKLOADS)
        if any(f"/{INTAKE}:" in f"/{c.get('image')}:" for c in containers(doc))
        or pod_labels(doc).get("app.kubernetes.io/name") == INTAKE
    ]
    if not intakes:
        yield Fault(f"Deployment/{INTAKE}", "not rendered")
    for doc in intakes:
        for where, content in inputs(doc, docs):
            if "mongo" in content.lower():
                yield Fault(document_id(doc), f"{where} has to do with MongoDB")


def check_no_secrets(docs: list[Document]) -> Iterator[Fault]:
    """Nothing rendered holds a secret: they are created apart and only referenced."""
    for doc in docs:
        if doc.get("kind") == "Secret" and (doc.get("data") or doc.get("stringData")):
            yield Fault(document_id(doc), "contains data; create it in the cluster instead")
        if doc.get("kind") == "ConfigMap":
            for key in sorted(SECRET_VARIABLES.intersection(mapping(doc, "data"))):
                yield Fault(document_id(doc), f"{key} belongs in a Secret")
    for doc in of_kind(docs, *WORKLOADS):
        for variable in (v for c in containers(doc) for v in mappings(c, "env")):
            source = mapping(variable, "valueFrom", "secretKeyRef")
            if variable.get("name") in SECRET_VARIABLES and not source:
                yield Fault(document_id(doc), f"{variable['name']} is not from a secretKeyRef")


CHECKS: tuple[Check, ...] = (
    check_containers,
    check_probes,
    check_services,
    check_pod_selectors,
    check_scalers,
    check_references,
    check_intake_without_mongodb,
    check_no_secrets,
)


def find_faults(docs: list[Document]) -> list[Fault]:
    """Run every invariant over the documents of one rendering."""
    return [fault for check in CHECKS for fault in check(docs)]
