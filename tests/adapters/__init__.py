"""Tests of the adapters: a conformance suite for each port, and what is particular to one adapter."""
