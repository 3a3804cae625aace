//! Settings and wiring: the only place that names all adapters.
