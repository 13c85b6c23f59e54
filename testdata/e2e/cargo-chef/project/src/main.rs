fn main() {
    println!("{}", bravo::NAME);
}
