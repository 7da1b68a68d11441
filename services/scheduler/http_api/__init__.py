"""The staff's HTTP API: parse, call one use case, translate."""
