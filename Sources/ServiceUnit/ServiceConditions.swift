import Configuration
import ConfigurationModel
import ConfigurationSyntax
import ControlModel

/// The permissions that a unit gives the service, as far as a configuration can need them.
package struct ServiceConditions: Sendable {
  package let unitPath: String

  /// The assignment of `User=`; `nil` for a service that starts as root.
  let user: UnitAssignment?
  let group: UnitAssignment?
  let supplementaryGroups: [String]
  /// The setting that keeps programs from gaining rights by set-user-ID.
  let noNewPrivileges: UnitAssignment?
  /// The setting that has `/proc` hide processes, with its mode.
  let hiding: UnitAssignment?
  /// The settings that limit socket families.
  let families: [UnitAssignment]
  let paths: ServicePaths
  private let bounding: CapabilityRule
  private let ambient: CapabilityRule
  private let boundingLine: UnitAssignment?
  private let ambientLine: UnitAssignment?

  /// Reads the permissions from a unit.
  package init(_ unit: ServiceUnit) {
    unitPath = unit.path
    let named = unit.last("User")
    user = named.flatMap { ["root", "0"].contains($0.value) ? nil : $0 }
    group = unit.last("Group")
    supplementaryGroups = unit.words("SupplementaryGroups").map(\.word)
    noNewPrivileges = unit.on("NoNewPrivileges")
    hiding = unit.last("ProtectProc").flatMap {
      ["noaccess", "invisible", "ptraceable"].contains($0.value) ? $0 : nil
    }
    families = unit.list("RestrictAddressFamilies")
    paths = ServicePaths(unit)
    bounding = CapabilityRule(unit.all("CapabilityBoundingSet"), unset: .all)
    ambient = CapabilityRule(unit.all("AmbientCapabilities"), unset: .none)
    boundingLine = unit.all("CapabilityBoundingSet").last
    ambientLine = unit.all("AmbientCapabilities").last
  }

  /// The user of the whole service, scripts included; `nil` for a service that starts as root.
  package var fixedUser: String? { user?.value }

  /// True when the service starts as root.
  var isRoot: Bool { user == nil }

  /// The name of the service's user, for findings.
  var userName: String { user?.value ?? "root" }

  /// The name of the user of probes, who also looks for processes.
  package var proberName: String { user?.value ?? ServiceUser.usual }

  /// The reason why the service lacks a capability; `nil` if it has it.
  func lack(of capability: String) -> String? {
    let line: String
    if !bounding.holds(capability) {
      line = boundingLine?.description ?? "CapabilityBoundingSet="
    } else if isRoot || ambient.holds(capability) {
      return nil
    } else {
      line = ambientLine?.description ?? "AmbientCapabilities=, which is not set"
    }
    return (user.map { "it has \($0), and " } ?? "") + "\(capability) is not in \(line)"
  }

  /// The reason why no socket of a family can be opened; `nil` if one can.
  func lack(ofFamily family: String) -> String? {
    var isAllowed: Bool?
    for assignment in families {
      let isInverted = assignment.value.hasPrefix("~")
      let words = UnitText.words(isInverted ? String(assignment.value.dropFirst()) : assignment.value)
      // The first assignment decides whether the list names allowed or forbidden families.
      if isAllowed == nil { isAllowed = isInverted }
      if words.contains(family) { isAllowed = !isInverted }
    }
    guard isAllowed == false, let last = families.last else { return nil }
    return last.description
  }

  /// The numbers of a user, with the groups that the unit adds.
  func identity(of name: String, on host: some HostFacts) -> ScriptIdentity? {
    guard var identity = host.identity(of: ScriptUser(user: name)) else { return nil }
    guard let user, user.value == name else { return identity }
    for group in [group?.value].compactMap(\.self) + supplementaryGroups {
      if let number = host.identity(of: ScriptUser(user: name, group: group))?.groups.first {
        identity.groups.append(number)
      }
    }
    return identity
  }
}

/// The service's view of the host's paths.
struct ServicePaths: Sendable {
  /// The view of one path.
  enum Kind: Sendable, Hashable {
    /// The path as it is.
    case open
    /// The path as it is, read-only.
    case readOnly
    /// Nothing, or something else.
    case hidden
  }

  private var places: [(prefix: String, kind: Kind, line: UnitAssignment)] = []

  init(_ unit: ServiceUnit) {
    add(unit.last("ProtectSystem")) { value in
      switch value {
      case "strict": [("/", .readOnly), ("/dev", .open), ("/proc", .open), ("/sys", .open)]
      case "full": [("/usr", .readOnly), ("/boot", .readOnly), ("/efi", .readOnly), ("/etc", .readOnly)]
      case "no", "false", "off", "0": []
      default: [("/usr", .readOnly), ("/boot", .readOnly), ("/efi", .readOnly)]
      }
    }
    add(unit.last("ProtectHome")) { value in
      let kind: Kind? =
        switch value {
        case "no", "false", "off", "0": nil
        case "read-only": .readOnly
        default: .hidden
        }
      return kind.map { kind in ["/home", "/root", "/run/user"].map { ($0, kind) } } ?? []
    }
    add(unit.last("PrivateTmp")) { value in
      ["no", "false", "off", "0"].contains(value) ? [] : [("/tmp", .hidden), ("/var/tmp", .hidden)]
    }
    for (setting, folder) in [
      ("RuntimeDirectory", "/run/"), ("StateDirectory", "/var/lib/"), ("CacheDirectory", "/var/cache/"),
      ("LogsDirectory", "/var/log/"),
    ] {
      for (word, line) in unit.words(setting) {
        add(folder + (word.split(separator: ":").first.map(String.init) ?? word), .open, line)
      }
    }
    for (setting, kind) in [
      ("ReadWritePaths", Kind.open), ("ReadOnlyPaths", .readOnly), ("InaccessiblePaths", .hidden),
      ("TemporaryFileSystem", .hidden), ("BindPaths", .open), ("BindReadOnlyPaths", .readOnly),
    ] {
      for (word, line) in unit.words(setting) {
        let path = word.drop { $0 == "-" || $0 == "+" }
        let parts = path.split(separator: ":")
        let target = setting.hasPrefix("Bind") && parts.count > 1 ? parts[1] : parts.first ?? path
        add(String(target), kind, line)
      }
    }
  }

  private mutating func add(_ line: UnitAssignment?, _ kinds: (String) -> [(String, Kind)]) {
    guard let line else { return }
    for (prefix, kind) in kinds(line.value) { places.append((prefix, kind, line)) }
  }

  private mutating func add(_ prefix: String, _ kind: Kind, _ line: UnitAssignment) {
    places.append((prefix, kind, line))
  }

  /// The service's view of a path, and the setting that causes it. The longest matching prefix counts, of equal ones the last.
  func kind(of path: String) -> (kind: Kind, line: UnitAssignment)? {
    let path = Self.usual(path)
    var best: (prefix: String, kind: Kind, line: UnitAssignment)?
    for place in places where Self.holds(place.prefix, path) {
      if place.prefix.utf8.count >= best?.prefix.utf8.count ?? 0 { best = place }
    }
    return best.map { ($0.kind, $0.line) }
  }

  /// The setting that hides a path; `nil` for none.
  func hider(of path: String) -> UnitAssignment? { kind(of: path).flatMap { $0.kind == .hidden ? $0.line : nil } }

  /// The setting that prevents writing at a path; `nil` for none.
  func protector(of path: String) -> UnitAssignment? { kind(of: path).flatMap { $0.kind == .open ? nil : $0.line } }

  /// The folder of a path.
  static func folder(of path: String) -> String {
    let parent = path.split(separator: "/").dropLast().map { "/" + $0 }.joined()
    return parent.isEmpty ? "/" : parent
  }

  /// The path in the form that every host with systemd has.
  private static func usual(_ path: String) -> String {
    path.hasPrefix("/var/run/") ? "/run/" + path.dropFirst(9) : path
  }

  private static func holds(_ prefix: String, _ path: String) -> Bool {
    let prefix = prefix.hasSuffix("/") ? String(prefix.dropLast()) : prefix
    return path == prefix || path.hasPrefix(prefix + "/")
  }
}
