//! The one binary: the command line and merit serve.
