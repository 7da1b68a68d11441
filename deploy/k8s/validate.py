"""Render every kustomization with kubectl and refuse what Kubernetes or we would not accept.

Schemas come from the kubernetes_validate package, so no cluster is needed; `invariants` holds the
rest. Run as a file: `python deploy/k8s/validate.py [tree]`.
"""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import kubernetes_validate  # type: ignore[import-untyped]
import yaml

if not __package__:  # run as a file: the repository root is not on the path
    sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from deploy.k8s.invariants import Fault, find_faults
from deploy.k8s.manifests import Document, document_id

KUBERNETES_VERSION = "1.32"
KUSTOMIZATION_NAMES = ("kustomization.yaml", "kustomization.yml", "Kustomization")
# Only these may lack a schema. A kind misspelt in a built-in group must not pass as "custom".
CUSTOM_GROUPS = frozenset(
    {
        "gateway.networking.k8s.io",
        "keda.sh",
        "mongodbcommunity.mongodb.com",
        "monitoring.coreos.com",
        "rabbitmq.com",
    }
)
NO_KUBECTL = (
    "kubectl is not installed, and it renders the manifests.\n"
    "Debian: apt-get install kubernetes-client"
)


def is_custom(doc: Document) -> bool:
    """Tell whether a document is of a group whose schemas Kubernetes does not ship."""
    group, slash, _ = str(doc.get("apiVersion")).partition("/")
    return bool(slash) and group in CUSTOM_GROUPS


def check_schema(doc: Document) -> Iterator[Fault]:
    """Validate one built-in document strictly: unknown fields are faults."""
    try:
        kubernetes_validate.validate(doc, KUBERNETES_VERSION, strict=True)
    except kubernetes_validate.ValidationError as error:
        where = ".".join(str(part) for part in error.path) or "document"
        yield Fault(document_id(doc), f"{where}: {error.message}")
    except kubernetes_validate.SchemaNotFoundError as error:
        yield Fault(document_id(doc), error.message)
    except KeyError as error:
        yield Fault(document_id(doc), f"no {error.args[0]}")


def kustomizations(root: Path) -> list[Path]:
    """List `base`, always, and the overlays that have a kustomization file."""
    overlays = sorted((root / "overlays").glob("*"))
    return [root / "base"] + [
        directory
        for directory in overlays
        if any((directory / name).is_file() for name in KUSTOMIZATION_NAMES)
    ]


def _render(kubectl: str, directory: Path) -> list[Document]:
    """Return the documents of one kustomization.

    Raises RuntimeError with kubectl's own words, or when nothing comes out.
    """
    result = subprocess.run(  # noqa: S603  a fixed command on a directory of ours
        [kubectl, "kustomize", str(directory)], capture_output=True, text=True, check=False
    )
    if result.returncode != 0:
        raise RuntimeError(result.stderr.strip())
    docs = [doc for doc in yaml.safe_load_all(result.stdout) if isinstance(doc, dict)]
    if not docs:
        raise RuntimeError("renders no documents")
    return docs


def _report(name: str, docs: list[Document]) -> tuple[int, int]:
    """Print a line per document; return how many faults and how many custom resources."""
    faults = find_faults(docs)
    custom = 0
    for doc in docs:
        if is_custom(doc):
            custom += 1
        else:
            faults += check_schema(doc)
    for doc in docs:
        messages = [fault.message for fault in faults if fault.document == document_id(doc)]
        state = "FAULT" if messages else "custom" if is_custom(doc) else "ok"
        print(f"{state:6} {name} {document_id(doc)}" + ": " * bool(messages) + "; ".join(messages))
    rendered = {document_id(doc) for doc in docs}
    for fault in faults:
        if fault.document not in rendered:
            print(f"FAULT  {name} {fault.document}: {fault.message}")
    return len(faults), custom


def main(arguments: list[str]) -> int:
    """Check the tree named by the one optional argument, by default this file's own."""
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        print(NO_KUBECTL, file=sys.stderr)
        return 1
    documents = faults = custom = 0
    directories = kustomizations(root)
    for directory in directories:
        name = str(directory.relative_to(root))
        try:
            docs = _render(kubectl, directory)
        except (RuntimeError, yaml.YAMLError) as error:
            print(f"FAULT  {name}: {error}")
            faults += 1
            continue
        found, unchecked = _report(name, docs)
        documents, faults, custom = documents + len(docs), faults + found, custom + unchecked
    print(
        f"{documents} documents in {len(directories)} kustomizations against Kubernetes "
        f"{KUBERNETES_VERSION}: {faults} faults, {custom} custom resources without a schema"
    )
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
