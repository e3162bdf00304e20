"""`python -m lab`."""

from lab.main import main

raise SystemExit(main())
