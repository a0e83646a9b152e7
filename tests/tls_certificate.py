"""A certificate for a host that is not ours, made on the spot, so that no private key lies in the repository."""

from __future__ import annotations

import ssl
import subprocess
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Certificate:
    """Paths of a certificate that vouches for itself, and of its key."""

    certificate: Path
    key: Path

    @classmethod
    def made(cls, folder: Path, host: str) -> Certificate:
        """Make one for ``host``, good for two days; takes the openssl command."""
        made = cls(folder / f"{host}.pem", folder / f"{host}.key")
        command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
        command += ["-days", "2", "-subj", f"/CN={host}", "-addext", f"subjectAltName=DNS:{host}"]
        command += ["-addext", "keyUsage=critical,digitalSignature,keyCertSign"]  # asked for since Python 3.13
        command += ["-keyout", str(made.key), "-out", str(made.certificate)]
        subprocess.run(command, check=True, capture_output=True)
        return made

    def server(self) -> ssl.SSLContext:
        """Return what a server that shows it needs."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context
