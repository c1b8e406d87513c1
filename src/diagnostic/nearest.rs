//! tmp
pub fn did_you_mean<'a>(_w:&str,_c:impl Iterator<Item=&'a str>)->Option<String>{None}
