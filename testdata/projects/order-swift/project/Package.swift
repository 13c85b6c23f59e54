// swift-tools-version:6.0
import PackageDescription
let package = Package(name: "a", dependencies: [.package(url: "https://example.com/b", from: "1.0.0")], targets: [.executableTarget(name: "a", path: "Sources")])
