//! The program as a user meets it: started as a process, judged by its exit code, its words and what it leaves on disk.

mod demo_run;
mod scenarios;
mod kills;
mod own_repository;
mod bad_input;
mod second_daemon;
