"""Read rendered Kubernetes documents of whatever shape: the schema reports wrong ones."""

from collections.abc import Iterator
from typing import Any, TypeAlias

WORKLOADS = frozenset({"Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"})
# Their pods are made in the cluster by an operator, so the render does not hold a pod template.
OPERATED = frozenset({"MongoDBCommunity", "RabbitmqCluster"})

Document: TypeAlias = dict[str, Any]


def document_id(doc: Document) -> str:
    """Name a document the way kubectl does: `Kind/name`."""
    return f"{doc.get('kind')}/{mapping(doc, 'metadata').get('name')}"


def mapping(node: object, *path: str) -> Document:
    """Follow `path` down; empty where it leads nowhere, as the schema reports wrong shapes."""
    for key in path:
        node = node.get(key) if isinstance(node, dict) else None
    return node if isinstance(node, dict) else {}


def mappings(node: Document, key: str) -> list[Document]:
    """Return the mappings in the list at `key`; none where there is no list."""
    items = node.get(key)
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def of_kind(docs: list[Document], *kinds: str) -> list[Document]:
    """Keep the documents of these kinds."""
    return [doc for doc in docs if doc.get("kind") in kinds]


def namespace(doc: Document) -> object:
    """Return the namespace written in a document; None leaves it to the apply."""
    return mapping(doc, "metadata").get("namespace")


def template(doc: Document) -> Document:
    """Return a workload's pod template."""
    if doc.get("kind") == "CronJob":
        return mapping(doc, "spec", "jobTemplate", "spec", "template")
    return mapping(doc, "spec", "template")


def containers(doc: Document) -> list[Document]:
    """List a workload's containers, init containers first."""
    pod = mapping(template(doc), "spec")
    return mappings(pod, "initContainers") + mappings(pod, "containers")


def pod_labels(doc: Document) -> Document:
    """Return the labels of a workload's pods, or those its operator gives them."""
    name = mapping(doc, "metadata").get("name")
    match doc.get("kind"):
        case "RabbitmqCluster":  # cluster-operator internal/metadata/label.go
            labels = {"name": name, "component": "rabbitmq", "part-of": "rabbitmq"}
            return {f"app.kubernetes.io/{key}": value for key, value in labels.items()}
        case "MongoDBCommunity":  # its ServiceName()
            return {"app": f"{name}-svc"}
        case _:
            return mapping(template(doc), "metadata", "labels")


def port_names(doc: Document) -> set[object]:
    """Collect the names of a workload's container ports."""
    return {port.get("name") for each in containers(doc) for port in mappings(each, "ports")}


def _expression_matches(expression: Document, labels: Document) -> bool:
    key, values = expression.get("key"), expression.get("values") or []
    match expression.get("operator"):
        case "In":
            return labels.get(str(key)) in values
        case "NotIn":
            return labels.get(str(key)) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case _:
            return False


def selects(selector: Document, labels: Document) -> bool:
    """Apply a LabelSelector to a pod's labels; an empty one selects every pod."""
    wanted = mapping(selector, "matchLabels")
    return all(labels.get(key) == value for key, value in wanted.items()) and all(
        _expression_matches(expression, labels)
        for expression in mappings(selector, "matchExpressions")
    )


def selected(selector: Document, owner: Document, workloads: list[Document]) -> list[Document]:
    """Keep the workloads in the owner's namespace whose pods the selector takes."""
    return [
        workload
        for workload in workloads
        if namespace(workload) == namespace(owner) and selects(selector, pod_labels(workload))
    ]


def selectors(doc: Document) -> Iterator[tuple[str, Document]]:
    """Yield each selector that must match pods of the same namespace, with its place."""
    spec = mapping(doc, "spec")
    match doc.get("kind"):
        case "NetworkPolicy":
            yield "podSelector", mapping(spec, "podSelector")
            for rules, peers in (("ingress", "from"), ("egress", "to")):
                for rule in mappings(spec, rules):
                    for peer in mappings(rule, peers):
                        if "podSelector" in peer and "namespaceSelector" not in peer:
                            yield f"{rules} podSelector", mapping(peer, "podSelector")
        case "PodDisruptionBudget":
            yield "selector", mapping(spec, "selector")
        case "Deployment":
            yield "selector", mapping(spec, "selector")
            for spread in mappings(mapping(template(doc), "spec"), "topologySpreadConstraints"):
                yield "topologySpreadConstraints", mapping(spread, "labelSelector")


def inputs(doc: Document, docs: list[Document]) -> Iterator[tuple[str, str]]:
    """Yield what reaches a workload's containers from outside the image: a name and the text."""
    for container in containers(doc):
        for variable in mappings(container, "env"):
            yield f"variable {variable.get('name')}", str(variable)
        for entry in mappings(container, "envFrom"):
            name = mapping(entry, "configMapRef").get("name")
            yield "envFrom", str(entry)
            for config in of_kind(docs, "ConfigMap"):
                if mapping(config, "metadata").get("name") == name:
                    yield f"ConfigMap/{name}", str(mapping(config, "data"))
    for volume in mappings(mapping(template(doc), "spec"), "volumes"):
        yield f"volume {volume.get('name')}", str(volume)
