"""What the tests share."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
QUICKSTART = REPOSITORY / "pipelines" / "quickstart.toml"


def program(*arguments: object) -> subprocess.CompletedProcess[str]:
    """The console script that was installed with the package."""
    script = shutil.which("gradatim", path=str(Path(sys.executable).parent))
    assert script, "the package is installed with its command"
    command = [script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False)
