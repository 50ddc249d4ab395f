import ConfigurationSyntax

/// A service as systemd reads it: its unit file and drop-ins (systemd.unit(5)).
package struct ServiceUnit: Sendable {
  package static let name = "martlet.service"

  /// Folders that systemd searches for unit files; the first one that has the file wins.
  package static let folders =
    [
      "/etc/systemd/system.control", "/run/systemd/system.control", "/run/systemd/transient",
      "/run/systemd/generator.early", "/etc/systemd/system", "/etc/systemd/system.attached", "/run/systemd/system",
      "/run/systemd/system.attached", "/run/systemd/generator", "/usr/local/lib/systemd/system",
      "/usr/lib/systemd/system", "/lib/systemd/system", "/run/systemd/generator.late",
    ]

  package let path: String
  private var assignments: [UnitAssignment]

  /// The installed unit; `nil` if there is none, or a link to `/dev/null` instead.
  package static func installed(files: some SourceFiles, folders: [String] = folders) -> ServiceUnit? {
    for folder in folders {
      let path = folder + "/" + name
      do throws(SourceFileError) {
        let bytes = try files.read(path)
        return bytes.isEmpty ? nil : ServiceUnit(path: path, bytes, dropIns: dropIns(files: files, folders: folders))
      } catch {
        guard case .notFound = error else { return nil }
      }
    }
    return nil
  }

  /// A unit file that is not installed, with the drop-ins in the folder of its name plus `.d`.
  package init(reading path: String, files: some SourceFiles) throws(SourceFileError) {
    let bytes = try files.read(path)
    // Wildcards in the path would match other files.
    let isPlain = path.utf8.allSatisfy { !"*?[]{}\\".utf8.contains($0) }
    let dropIns = isPlain ? files.matches(of: path + ".d/*.conf").sorted() : []
    self.init(path: path, bytes, dropIns: dropIns.compactMap { path in (try? files.read(path)).map { (path, $0) } })
  }

  /// A unit of the given text.
  /// - Parameter dropIns: Paths and contents of drop-ins, in the order in which they count.
  package init(path: String, _ bytes: [UInt8], dropIns: [(path: String, bytes: [UInt8])] = []) {
    self.path = path
    assignments = ([(path: path, bytes: bytes)] + dropIns).flatMap { UnitText.assignments($0.bytes, path: $0.path) }
      .filter { $0.section == "Service" }
  }

  /// The drop-ins in the order of their names; of two with one name the one in the earlier folder counts.
  private static func dropIns(files: some SourceFiles, folders: [String]) -> [(path: String, bytes: [UInt8])] {
    var byName: [String: String] = [:]
    for unit in [name, "service"] {
      for folder in folders {
        for path in files.matches(of: "\(folder)/\(unit).d/*.conf") {
          let file = path.split(separator: "/").last.map(String.init) ?? path
          if byName[file] == nil { byName[file] = path }
        }
      }
    }
    return byName.sorted { $0.key < $1.key }.compactMap { _, path in (try? files.read(path)).map { (path, $0) } }
  }

  /// The unit with one more drop-in, which counts last.
  package func adding(_ path: String, _ bytes: [UInt8]) -> ServiceUnit {
    var unit = self
    unit.assignments += UnitText.assignments(bytes, path: path).filter { $0.section == "Service" }
    return unit
  }

  /// The configuration file that the service is started with; `nil` if the unit names none.
  /// - Parameter files: Source of the environment files.
  package func configurationPath(files: some SourceFiles) -> String? {
    let words = last("ExecStart").map { UnitText.words($0.value) } ?? []
    guard let option = words.firstIndex(where: { $0 == "-f" || $0 == "--file" }), option + 1 < words.count else {
      return nil
    }
    let word = words[option + 1]
    guard word.hasPrefix("$") else { return word }
    let name = word.drop { $0 == "$" || $0 == "{" }.prefix { $0 != "}" }
    return environment(String(name), files: files)
  }

  /// Every assignment to a setting in order, including empty ones.
  func all(_ name: String) -> [UnitAssignment] { assignments.filter { $0.name == name } }

  /// The assignments to a setting whose values add up, without those cleared by a later empty one.
  func list(_ name: String) -> [UnitAssignment] {
    let all = all(name)
    guard let reset = all.lastIndex(where: { $0.value.isEmpty }) else { return all }
    return Array(all[(reset + 1)...])
  }

  /// The assignment to a setting whose last value counts; `nil` if there is none, or the last one is empty.
  func last(_ name: String) -> UnitAssignment? { list(name).last }

  /// The assignment that turns a setting on; `nil` if none does.
  func on(_ name: String) -> UnitAssignment? {
    last(name).flatMap { ["yes", "true", "on", "1", "y", "t"].contains($0.value.lowercased()) ? $0 : nil }
  }

  /// The words of a setting whose values add up, each with its assignment.
  func words(_ name: String) -> [(word: String, assignment: UnitAssignment)] {
    list(name).flatMap { assignment in UnitText.words(assignment.value).map { ($0, assignment) } }
  }

  /// The value of an environment variable at the start of the service.
  /// - Parameter files: Source of the environment files.
  package func environment(_ variable: String, files: some SourceFiles) -> String? {
    let prefix = variable + "="
    var value = words("Environment").map(\.word).last { $0.hasPrefix(prefix) }?.dropFirst(prefix.count)
    for assignment in list("EnvironmentFile") {
      let path = assignment.value.hasPrefix("-") ? String(assignment.value.dropFirst()) : assignment.value
      guard let bytes = try? files.read(path) else { continue }
      for line in UnitText.assignments(bytes, path: path) where line.name == variable {
        value = UnitText.words(line.value).first.map { $0[...] } ?? ""
      }
    }
    return value.map(String.init)
  }
}
