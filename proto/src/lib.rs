//! The gRPC contracts of every Merit service, compiled without protoc.
