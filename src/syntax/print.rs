//! tmp
use super::ast;
/// p
pub fn print(_: &ast::Document) -> String {
    String::new()
}
/// o
pub fn outline(_: &ast::Document) -> String {
    String::new()
}
