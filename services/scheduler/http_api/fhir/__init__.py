"""FHIR R4 (4.0.1), to read: records as resources, searches, and errors as OperationOutcomes."""
