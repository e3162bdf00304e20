"""Tests of the HTTP interface, over the embedded stores."""
