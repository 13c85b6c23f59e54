// swift-tools-version:6.0
import PackageDescription
let package = Package(name: "a", dependencies: [.package(path: "../b")], targets: [.executableTarget(name: "a", path: "Sources")])
