"""The installed command, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

GAUNTLET = Path(sys.executable).with_name("gauntlet")


def gauntlet(*arguments: object, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run it in a folder, on a terminal of 200 columns."""
    environment = os.environ | {"COLUMNS": "200"}
    command = [GAUNTLET, *map(str, arguments)]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
