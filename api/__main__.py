"""`python -m api > dashboards/openapi.json` writes what the console's client is generated from."""

import json
import sys

from api.main import describe_alone

if __name__ == "__main__":
    json.dump(describe_alone(), sys.stdout, ensure_ascii=False, indent=1)
    sys.stdout.write("\n")
