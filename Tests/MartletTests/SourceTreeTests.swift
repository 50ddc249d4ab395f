import Glibc
import LinuxSystem
import Testing

/// What the sources themselves must keep to.
@Suite struct SourceTreeTests {
  /// Every file of a kind below a folder, as text.
  private func files(in folder: String, ending: String) -> [(path: String, text: String)] {
    guard let entries = opendir(folder) else { return [] }
    defer { closedir(entries) }
    var found: [(path: String, text: String)] = []
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      guard !name.hasPrefix(".") else { continue }
      let path = folder + "/" + name
      if name.hasSuffix(ending), let text = text(of: path) {
        found.append((path, text))
      } else if entry.pointee.d_type == UInt8(DT_DIR) {
        found += files(in: path, ending: ending)
      }
    }
    return found
  }

  private func text(of path: String) -> String? {
    guard let file = try? FileDescriptor.open(reading: path) else { return nil }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = read(file.rawValue, &buffer, buffer.count)
      guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
      bytes += buffer.prefix(count)
    }
  }

  /// The tests that a page names, as target, suite and function.
  private func names(in page: String) -> [String] {
    page.split(separator: "`").map(String.init).filter { word in
      let parts = word.split(separator: "/")
      return parts.count == 3 && parts[0].hasSuffix("Tests") && !word.contains(" ")
    }
  }

  /// The functions of a suite that are tests, by the lines from an attribute to the function that it is for.
  private func tests(of suite: String, in sources: [(path: String, text: String)]) -> Set<String> {
    var found: Set<String> = []
    for source in sources where source.text.contains("struct \(suite)") {
      var isTest = false
      for line in source.text.split(separator: "\n") {
        if line.contains("@Test") { isTest = true }
        guard let start = line.firstRange(of: "func ")?.upperBound else { continue }
        if isTest { found.insert(String(line[start...].prefix { $0.isLetter || $0.isNumber })) }
        isTest = false
      }
    }
    return found
  }

  @Test("Every test that the page of regressions names is there, and every situation names one")
  func everyRegressionHasItsTest() throws {
    let page = try #require(text(of: Running.sources + "/docs/regressions.md"))
    let names = names(in: page)
    let rows = page.split(separator: "\n").filter { $0.hasPrefix("| ") && !$0.hasPrefix("| situation") }
    #expect(rows.count > 60)
    for row in rows { #expect(!self.names(in: String(row)).isEmpty, "\(row)") }
    for name in Set(names).sorted() {
      let parts = name.split(separator: "/").map(String.init)
      let sources = files(in: "\(Running.sources)/Tests/\(parts[0])", ending: ".swift")
      #expect(tests(of: parts[1], in: sources).contains(parts[2]), "\(name) is not there")
    }
  }

  @Test("A test that is not there is missed")
  func aMissingTestIsMissed() {
    let sources = [("a.swift", "@Suite struct Some {\n  @Test(\n \"x\")\n  func one(_ a: Int) {}\n  func two() {}\n}")]
    #expect(tests(of: "Some", in: sources) == ["one"])
    #expect(tests(of: "Other", in: sources).isEmpty)
    #expect(names(in: "| x (`v3`) | `ATests/B/c`, `ATests/B/d` |") == ["ATests/B/c", "ATests/B/d"])
  }

  /// What a keyword sets and nothing outside the configuration reads, with the reason.
  private static let readWithinConfiguration = [
    "defaultInterface": "static addresses get it", "greatestHops": "the least hop limit follows from it",
    "initialState": "priority and preemption follow from it", "isMonotonic": "the time window follows from it",
    "hostDirectory": "names of tables are looked up there", "vendorDirectory": "names of tables are looked up there",
    "multicastGroup4": "routers get it", "multicastGroup6": "routers get it",
    "routerID": "its sentence says that martlet has no use for it", "logUnknownVRIDs": "it is accepted without effect",
  ]

  /// The properties that blocks of the language set: the ends of key paths, and what readers assign.
  private func properties(setIn text: String) -> Set<String> {
    var found: Set<String> = []
    for line in text.split(separator: "\n") {
      let paths = line.split(separator: "\\.", omittingEmptySubsequences: false).dropFirst()
      let assigned = line.firstRange(of: "block.").map { [line[$0.upperBound...]] } ?? []
      for (start, isPath) in paths.map({ ($0, true) }) + assigned.map({ ($0, false) }) {
        let path = start.prefix { $0.isLetter || $0.isNumber || $0 == "." }
        let rest = start.dropFirst(path.count)
        guard isPath || rest.hasPrefix(" = ") || rest.hasPrefix(" += "), !path.hasPrefix("notes") else { continue }
        if let last = path.split(separator: ".").last { found.insert(String(last)) }
      }
    }
    return found
  }

  @Test("What a keyword sets is read where something comes of it")
  func everySettingIsRead() {
    let sources = Running.sources + "/Sources"
    let blocks = files(in: sources + "/Configuration/Blocks", ending: ".swift")
    let set = blocks.reduce(into: Set<String>()) { $0.formUnion(properties(setIn: $1.text)) }
    #expect(set.count > 60 && set.isSuperset(of: ["unicastTTL", "greatestCount", "master"]), "\(set.sorted())")
    // What is sent and admitted is made of the model beside it, for whoever sends and hears.
    let others = files(in: sources, ending: ".swift")
      .filter {
        !$0.path.contains("/Sources/Configuration") || $0.path.hasSuffix("/ConfigurationModel/AdvertPolicies.swift")
      }
    let words = others.reduce(into: Set<Substring>()) { words, file in
      words.formUnion(file.text.split { !$0.isLetter && !$0.isNumber })
    }
    // Names of what the blocks use of one another, and not of the model.
    let mechanism: Set<String> = ["self", "forAll", "word", "rawValue", "value", "words", "keyword"]
    let unread = set.subtracting(mechanism).filter { !words.contains(Substring($0)) }
    let forgotten = unread.subtracting(Self.readWithinConfiguration.keys).sorted()
    #expect(forgotten == [], "a keyword sets these, and nothing outside of the targets Configuration… reads them")
    let stale = Set(Self.readWithinConfiguration.keys).subtracting(unread).sorted()
    #expect(stale == [], "these are read elsewhere, or are gone: take them out of readWithinConfiguration")
  }

  /// The kernel stamps packets by it. What is made of that is at most 2 ms, see ``ArrivalTests``.
  @Test(
    "The date is asked for where log lines and numbers of signed adverts begin and for how old a packet is, and decides nothing (d39d3a08)"
  )
  func theDateDecidesNothing() {
    let words = [
      "CLOCK_REALTIME", "time(nil)", "time(NULL)", "gettimeofday", "secondsSince1970()", "localtime", "Date()",
    ]
    let product =
      [
        "CLinux", "VRRPCore", "HealthCore", "ConfigurationModel", "Configuration", "ConfigurationSyntax", "VRRPWire",
        "ControlModel",
      ]
      + ["LinuxSystem", "Netlink", "HostWithdrawal", "Engine", "Prober", "Supervisor", "martlet"]
    let asking = product.flatMap { target in
      files(in: "\(Running.sources)/Sources/\(target)", ending: target == "CLinux" ? ".c" : ".swift")
    }.filter { file in words.contains { file.text.contains($0) } }
    let own = asking.map { $0.path.dropFirst(Running.sources.count + "/Sources/".count) }.sorted()
    #expect(
      own == [
        "CLinux/PacketBatch.c", "ControlModel/TimeOfDay.swift", "Engine/AdvertSigner.swift",
        "LinuxSystem/MonotonicClock.swift",
      ])
  }
}
