//! tmp
pub fn ticked(s:&str)->String{format!("`{s}`")}
pub fn either(s:&[&str])->String{s.join(" or ")}
