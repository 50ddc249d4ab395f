// swift-tools-version: 6.1
import PackageDescription

/// Every file names each module whose members it uses, so the import table below cannot be passed by.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("MemberImportVisibility")
]

/// For the programs: the usual linker repeats what Foundation, which the argument parser brings along, warns of in itself. Nobody links
/// against a program, so its symbols and the long form of its relocations only cost memory in each process. Functions of libraries are
/// looked up at the start, and not where one is first called, as in the first takeover.
let linking: [LinkerSetting] = [
  .unsafeFlags(
    ["-use-ld=lld"]
      + ["--no-export-dynamic", "--exclude-libs=ALL", "-z", "pack-relative-relocs", "-z", "now"].flatMap {
        ["-Xlinker", $0]
      })
]

/// A layer's target. The lists below are the import table of docs/architecture.md: imports point only down.
func layer(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(name: name, dependencies: dependencies, resources: resources, swiftSettings: settings)
}

func nio(_ name: String) -> Target.Dependency { .product(name: name, package: "swift-nio") }
let nioSSL: Target.Dependency = .product(name: "NIOSSL", package: "swift-nio-ssl")

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "martlet",
  products: [
    .executable(name: "martlet", targets: ["martlet"]),
    .executable(name: "martletd", targets: ["martletd"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
  ],
  targets: [
    // Layer 0: the ground.
    .target(name: "CLinux"),
    .systemLibrary(
      name: "CNetlink", pkgConfig: "libnl-route-3.0", providers: [.apt(["libnl-3-dev", "libnl-route-3-dev"])]),
    .systemLibrary(name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"])]),
    layer("NetworkTypes"),
    layer("PrintableText"),

    // Layer 1: pure logic.
    layer("VRRPCore", ["NetworkTypes"]),
    layer("HealthCore", ["NetworkTypes"]),
    layer("ConfigurationSyntax", ["PrintableText"]),

    // Layer 2: bytes to values and back.
    layer("VRRPWire", ["CNettle", "NetworkTypes", "VRRPCore"]),
    layer("ControlModel", ["NetworkTypes", "PrintableText", "VRRPCore", "HealthCore"]),

    // Layer 3: a configuration as values, with what a router's settings come to on the wire, and its image for the processes that run it.
    layer("ConfigurationModel", ["NetworkTypes", "VRRPCore", "HealthCore", "VRRPWire"]),

    // Layer 4: text to these values. Neither engine nor prober imports it.
    layer(
      "Configuration",
      ["NetworkTypes", "VRRPCore", "HealthCore", "ConfigurationSyntax", "VRRPWire", "ConfigurationModel"]),

    // Layer 5: a settled configuration as people see it.
    layer(
      "ConfigurationOutline",
      [
        "NetworkTypes", "PrintableText", "VRRPCore", "HealthCore", "ConfigurationSyntax", "Configuration",
        "ConfigurationModel",
        "ControlModel",
      ]),

    // Layer 5 too: what a configuration asks of the service that runs it, against the unit that starts that.
    layer(
      "ServiceUnit",
      ["NetworkTypes", "PrintableText", "Configuration", "ConfigurationModel", "ConfigurationSyntax", "ControlModel"]),

    // Layers 3 and 4: the operating system.
    layer("LinuxSystem", ["CLinux", "NetworkTypes", "PrintableText"]),
    layer("Netlink", ["LinuxSystem", "CLinux", "CNetlink", "NetworkTypes"]),

    // Layer 4 too: what engine and supervisor both do for an engine that cannot do it any more.
    layer("HostWithdrawal", ["NetworkTypes", "ControlModel", "LinuxSystem", "Netlink"]),

    // And what the prober's probes say on the network; the one user of NIO.
    layer(
      "Probes",
      [
        "NetworkTypes", "PrintableText", "ConfigurationModel", "LinuxSystem", nio("NIOCore"), nio("NIOPosix"),
        nio("NIOHTTP1"), nio("NIOTLS"), nioSSL,
      ]),

    // Layer 5: the three processes. None imports another.
    layer(
      "Engine",
      [
        "NetworkTypes", "VRRPCore", "HealthCore", "VRRPWire", "ConfigurationModel", "ControlModel", "LinuxSystem",
        "Netlink",
        "HostWithdrawal",
      ]),
    layer(
      "Prober",
      [
        "NetworkTypes", "VRRPCore", "HealthCore", "VRRPWire", "ConfigurationModel", "ControlModel",
        "LinuxSystem", "PrintableText", "Probes",
      ]),
    layer(
      "Starter", ["NetworkTypes", "PrintableText", "ConfigurationSyntax", "VRRPCore", "ControlModel", "LinuxSystem"]),
    layer("Supervisor", ["NetworkTypes", "ControlModel", "LinuxSystem", "HostWithdrawal"]),

    // Layer 5 too, without a process of its own: configurations in virtual time.
    layer(
      "Simulation",
      [
        "NetworkTypes", "PrintableText", "VRRPCore", "ConfigurationSyntax", "VRRPWire", "Configuration",
        "ConfigurationModel",
        "ControlModel", "SimulationKit",
      ]),

    // Layer 6: the command line.
    .executableTarget(
      name: "martlet",
      dependencies: [
        "NetworkTypes", "PrintableText", "ConfigurationSyntax", "Configuration", "ConfigurationModel",
        "ConfigurationOutline", "ControlModel",
        "LinuxSystem", "ServiceUnit", "Probes", "Prober", "Simulation", argumentParser,
      ],
      swiftSettings: settings, linkerSettings: linking),

    // Layer 6 too: the processes of the service, but for the loader. A program of its own, so that none of them carries the parser, the
    // command line and what these bring along.
    .executableTarget(
      name: "martletd",
      dependencies: ["ControlModel", "LinuxSystem", "Engine", "Prober", "Starter", "Supervisor"],
      swiftSettings: settings, linkerSettings: linking),

    // Kits: what stands behind the tests, the demo and the benchmarks.
    layer("SeededRandom", []),
    layer("SimulationKit", ["NetworkTypes", "SeededRandom", "VRRPCore", "VRRPWire"]),
    .executableTarget(
      name: "RandomRuns", dependencies: ["SimulationKit", "VRRPCore", "NetworkTypes", argumentParser],
      swiftSettings: settings, linkerSettings: linking),
    .executableTarget(
      name: "MutationRuns",
      dependencies: [
        "Configuration", "ConfigurationModel", "ConfigurationSyntax", "LinuxSystem", "SeededRandom", argumentParser,
      ],
      swiftSettings: settings, linkerSettings: linking),
    .executableTarget(
      name: "Reference", dependencies: ["Configuration", "ConfigurationModel", "ConfigurationSyntax"],
      swiftSettings: settings, linkerSettings: linking),
    layer("LabKit", ["CLinux", "LinuxSystem", "NetworkTypes", "VRRPCore", "VRRPWire"]),
    .executableTarget(
      name: "Demo", dependencies: ["LabKit", "LinuxSystem", "NetworkTypes", "VRRPCore", "VRRPWire"],
      swiftSettings: settings, linkerSettings: linking),
    .executableTarget(
      name: "Benchmarks",
      dependencies: ["LabKit", "LinuxSystem", "NetworkTypes", "VRRPCore", "VRRPWire", argumentParser],
      path: "Benchmarks", exclude: ["LeastBackup"], swiftSettings: settings, linkerSettings: linking),
    .executableTarget(name: "LeastBackup", path: "Benchmarks/LeastBackup"),

    tests("NetworkTypesTests", ["NetworkTypes"]),
    tests("VRRPCoreTests", ["VRRPCore", "NetworkTypes"]),
    tests("HealthCoreTests", ["HealthCore", "NetworkTypes"]),
    tests("PrintableTextTests", ["PrintableText"]),
    tests("ConfigurationSyntaxTests", ["ConfigurationSyntax"]),
    tests("VRRPWireTests", ["VRRPWire", "VRRPCore", "NetworkTypes", "SeededRandom"]),
    tests("ConfigurationModelTests", ["ConfigurationModel", "HealthCore", "VRRPCore", "NetworkTypes", "SeededRandom"]),
    tests(
      "ConfigurationTests",
      [
        "Configuration", "ConfigurationModel", "ConfigurationSyntax", "PrintableText", "VRRPCore", "VRRPWire",
        "HealthCore", "NetworkTypes",
        "SeededRandom",
      ]),
    tests(
      "ConfigurationOutlineTests",
      [
        "ConfigurationOutline", "Configuration", "ConfigurationModel", "ConfigurationSyntax", "VRRPCore",
        "NetworkTypes", "SeededRandom",
      ]),
    tests("ServiceUnitTests", ["ServiceUnit", "Configuration", "ConfigurationModel", "ConfigurationSyntax"]),
    tests("ReferenceTests", ["Reference", "Configuration", "ConfigurationModel", "ConfigurationSyntax"]),
    tests(
      "CorpusTests", ["Configuration", "ConfigurationModel", "ConfigurationOutline", "ConfigurationSyntax", "VRRPCore"]),
    tests(
      "ControlModelTests", ["ControlModel", "HealthCore", "PrintableText", "SeededRandom", "VRRPCore", "NetworkTypes"]),
    tests("LinuxSystemTests", ["LinuxSystem", "CLinux", "NetworkTypes"]),
    tests("NetlinkTests", ["Netlink", "CNetlink", "LinuxSystem", "LabKit", "NetworkTypes"]),
    tests(
      "EngineTests",
      [
        "Engine", "ControlModel", "Configuration", "ConfigurationModel", "HealthCore", "HostWithdrawal", "VRRPCore",
        "VRRPWire",
        "NetworkTypes", "LinuxSystem", "Netlink", "SeededRandom",
      ]),
    tests(
      "ProberTests",
      [
        "Prober", "Starter", "ControlModel", "Configuration", "ConfigurationModel", "ConfigurationOutline",
        "HealthCore", "VRRPCore",
        "NetworkTypes", "LinuxSystem", "SeededRandom",
      ]),
    tests(
      "ProbesTests",
      [
        "Probes", "Configuration", "ConfigurationModel", "NetworkTypes", "LinuxSystem", "LabKit", nio("NIOCore"),
        nio("NIOPosix"), nioSSL,
      ]),
    tests(
      "SupervisorTests",
      [
        "Supervisor", "HostWithdrawal", "ControlModel", "LinuxSystem", "NetworkTypes", "SeededRandom", "VRRPCore",
      ]),
    tests("MartletTests", ["martlet", "ControlModel", "LinuxSystem", "PrintableText"]),
    tests("SimulationTests", ["SimulationKit", "VRRPCore", "VRRPWire", "NetworkTypes"]),
    tests(
      "RehearsalTests",
      [
        "Simulation", "SimulationKit", "Configuration", "ConfigurationModel", "ConfigurationSyntax", "VRRPCore",
        "NetworkTypes",
      ]),
    tests("LabTests", ["LabKit", "LinuxSystem", "VRRPWire", "VRRPCore", "NetworkTypes", "martlet"]),
  ],
  swiftLanguageModes: [.v6]
)
