"""The portal's HTTP API: parse, call one use case, translate."""
