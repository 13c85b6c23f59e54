//! Greets in the language that the environment names, and shows that a panic is caught.

fn main() {
    let locale = std::env::var("LOCALE").expect("LOCALE is set");
    let greeting = std::fs::read_to_string(format!("locales/{locale}.txt")).expect("a locale");
    print!("{} {greeting}", bravo::NAME);
    let caught = std::panic::catch_unwind(|| panic!("thrown"));
    println!("{}", caught.is_err());
}
