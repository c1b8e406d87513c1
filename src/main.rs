//! The `clausula` program; everything is in the library.

fn main() -> clausula::cli::ExitStatus {
    clausula::cli::run()
}
