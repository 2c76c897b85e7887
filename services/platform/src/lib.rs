//! What every service stands on: storage pools, identity, the gRPC server, telemetry, the data folder.
