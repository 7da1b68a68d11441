"""What the check of the manifests renders, and holds against the schemas."""

from pathlib import Path

import pytest

from deploy.k8s import validate
from tests.unit.k8s_rendering import of_kind, sound


def test_an_unknown_field_fails_the_strict_schema() -> None:
    """A typo in a field name is a fault, although a cluster might just drop it."""
    docs = sound()
    account = of_kind(docs, "ServiceAccount")
    assert list(validate.check_schema(account)) == []
    account["automountServiceAcountToken"] = False
    (fault,) = validate.check_schema(account)
    assert "automountServiceAcountToken" in fault.message


def test_a_misspelt_kind_is_not_taken_for_a_custom_resource() -> None:
    """Only groups known to be custom may lack a schema."""
    misspelt = {"apiVersion": "apps/v1", "kind": "Deploymnt", "metadata": {"name": "x"}}
    assert not validate.is_custom(misspelt)
    (fault,) = validate.check_schema(misspelt)
    assert "Couldn't find schema" in fault.message
    assert validate.is_custom({"apiVersion": "keda.sh/v1alpha1", "kind": "ScaledObject"})


def test_only_overlays_with_a_kustomization_are_rendered(tmp_path: Path) -> None:
    """A folder that merely lies under overlays is not one; base is never skipped."""
    for name in ("production", "notes"):
        (tmp_path / "overlays" / name).mkdir(parents=True)
    (tmp_path / "overlays" / "production" / "kustomization.yaml").touch()
    assert validate.kustomizations(tmp_path) == [
        tmp_path / "base",
        tmp_path / "overlays" / "production",
    ]


def test_without_kubectl_it_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The check must not pass for want of its tool."""
    monkeypatch.setenv("PATH", "")
    assert validate.main([]) == 1
    assert "apt-get install kubernetes-client" in capsys.readouterr().err
