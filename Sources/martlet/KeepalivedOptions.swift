/// The options of keepalived 2.2.7, read as getopt_long(3) reads them: short ones together, long ones shortened as far
/// as they stay unambiguous, values behind or attached.
struct KeepalivedOptions: Equatable {
  /// What an option means here.
  enum Meaning: Hashable {
    case file, stayInForeground, pidFile, vrrpPIDFile, configurationID, configurationTest, namespace, umask
    case version, help, signalNumber
    /// Accepted without effect: it steers something that martlet does otherwise or has no part for.
    case none
    /// Without effect, and whoever wrote it will miss something.
    case missing(String)
  }

  /// Whether a value follows.
  enum Value { case never, always, attached }

  /// A row of the table.
  struct Option {
    let short: Character?
    let long: String
    let value: Value
    let meaning: Meaning
  }

  /// Why a command line cannot be read.
  enum Problem: Error, Equatable {
    case unknown(String)
    case ambiguous(String)
    case valueMissing(String)
    case unexpected([String])
    case valueWrong(String)

    /// One line, as it follows the program's name.
    var message: String {
      switch self {
      case .unknown(let option): "unknown option \(option)"
      case .ambiguous(let option): "option \(option) could be several; write it out"
      case .valueMissing(let option): "option \(option) needs a value"
      case .unexpected(let words): "unexpected: \(words.joined(separator: " "))"
      case .valueWrong(let what): what
      }
    }
  }

  var file = "/etc/keepalived/keepalived.conf"
  var staysInForeground = false
  var pidFile = KeepalivedOptions.usualPIDFile
  /// Where scripts find the number of keepalived's VRRP process; here there is one process to signal.
  var vrrpPIDFile: String?
  var configurationID: String?
  var namespace: String?
  var umask: UInt32?
  /// Only check; `.some(nil)` prints to standard error, a path there.
  var configurationTest: String??
  var showsVersion = false
  var showsHelp = false
  var signal: String?
  /// Options that were accepted without effect, with a word for those that are missed.
  var notes: [String] = []

  static let usualPIDFile = "/run/keepalived.pid"

  static let table: [Option] = [
    Option(short: "f", long: "use-file", value: .always, meaning: .file),
    Option(short: "P", long: "vrrp", value: .never, meaning: .none),
    Option(short: "C", long: "check", value: .never, meaning: .missing("martlet always runs its virtual routers")),
    Option(short: "B", long: "no_bfd", value: .never, meaning: .none),
    Option(short: nil, long: "all", value: .never, meaning: .none),
    Option(short: "l", long: "log-console", value: .never, meaning: .none),
    Option(short: "D", long: "log-detail", value: .never, meaning: .none),
    Option(short: "S", long: "log-facility", value: .always, meaning: .none),
    Option(short: "G", long: "no-syslog", value: .never, meaning: .none),
    Option(short: "u", long: "umask", value: .always, meaning: .umask),
    Option(short: "X", long: "release-vips", value: .never, meaning: .none),
    Option(
      short: "V", long: "dont-release-vrrp", value: .never,
      meaning: .missing("martlet releases addresses when it stops")),
    Option(short: "I", long: "dont-release-ipvs", value: .never, meaning: .none),
    Option(short: "R", long: "dont-respawn", value: .never, meaning: .missing("martlet restarts what dies")),
    Option(short: "n", long: "dont-fork", value: .never, meaning: .stayInForeground),
    Option(short: "d", long: "dump-conf", value: .never, meaning: .none),
    Option(short: "p", long: "pid", value: .always, meaning: .pidFile),
    Option(short: "r", long: "vrrp_pid", value: .always, meaning: .vrrpPIDFile),
    Option(short: "T", long: "genhash", value: .never, meaning: .missing("martlet has no genhash")),
    Option(short: "c", long: "checkers_pid", value: .always, meaning: .none),
    Option(short: "a", long: "address-monitoring", value: .never, meaning: .none),
    Option(short: "b", long: "bfd_pid", value: .always, meaning: .none),
    Option(short: "x", long: "snmp", value: .never, meaning: .missing("martlet has no SNMP agent")),
    Option(short: "A", long: "snmp-agent-socket", value: .always, meaning: .missing("martlet has no SNMP agent")),
    Option(short: "s", long: "namespace", value: .always, meaning: .namespace),
    Option(short: "m", long: "core-dump", value: .never, meaning: .none),
    Option(short: "M", long: "core-dump-pattern", value: .attached, meaning: .none),
    Option(short: "e", long: "all-config", value: .never, meaning: .none),
    Option(short: "i", long: "config-id", value: .always, meaning: .configurationID),
    Option(short: nil, long: "signum", value: .always, meaning: .signalNumber),
    Option(short: "t", long: "config-test", value: .attached, meaning: .configurationTest),
    Option(short: "v", long: "version", value: .never, meaning: .version),
    Option(short: "h", long: "help", value: .never, meaning: .help),
  ]

  init() {}

  /// Reads the words after the program's name.
  init(_ arguments: [String]) throws(Problem) {
    var rest = arguments[...]
    var others: [String] = []
    while let word = rest.popFirst() {
      if word == "--" {
        others += rest
        break
      } else if word.hasPrefix("--") {
        try readLong(word.dropFirst(2), &rest)
      } else if word.hasPrefix("-"), word.count > 1 {
        try readShort(word.dropFirst(), &rest)
      } else {
        others.append(word)
      }
    }
    guard others.isEmpty || showsHelp || showsVersion else { throw .unexpected(others) }
  }

  private mutating func readLong(_ word: Substring, _ rest: inout ArraySlice<String>) throws(Problem) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first ?? ""
    let attached = parts.count == 2 ? String(parts[1]) : nil
    let exact = Self.table.filter { $0.long == name }
    let candidates = exact.isEmpty ? Self.table.filter { $0.long.hasPrefix(name) } : exact
    guard let option = candidates.first, !name.isEmpty else { throw .unknown("--\(name)") }
    guard candidates.count == 1 else { throw .ambiguous("--\(name)") }
    switch option.value {
    case .never:
      guard attached == nil else { throw .valueWrong("option --\(option.long) takes no value") }
      try take(option, nil)
    case .attached: try take(option, attached)
    case .always:
      guard let value = attached ?? rest.popFirst() else { throw .valueMissing("--\(option.long)") }
      try take(option, value)
    }
  }

  private mutating func readShort(_ word: Substring, _ rest: inout ArraySlice<String>) throws(Problem) {
    var letters = word
    while let letter = letters.popFirst() {
      guard let option = Self.table.first(where: { $0.short == letter }) else { throw .unknown("-\(letter)") }
      switch option.value {
      case .never: try take(option, nil)
      case .attached:
        try take(option, letters.isEmpty ? nil : String(letters))
        return
      case .always:
        guard let value = letters.isEmpty ? rest.popFirst() : String(letters) else {
          throw .valueMissing("-\(letter)")
        }
        try take(option, value)
        return
      }
    }
  }

  private mutating func take(_ option: Option, _ value: String?) throws(Problem) {
    switch option.meaning {
    case .file: file = value ?? file
    case .stayInForeground: staysInForeground = true
    case .pidFile: pidFile = value ?? pidFile
    case .vrrpPIDFile: vrrpPIDFile = value
    case .configurationID: configurationID = value
    case .configurationTest: configurationTest = .some(value)
    case .namespace: namespace = value
    case .umask:
      guard let mask = value.flatMap(Self.mask), mask <= 0o777 else {
        throw .valueWrong("'\(value ?? "")' is no file creation mask")
      }
      umask = mask
    case .version: showsVersion = true
    case .help: showsHelp = true
    case .signalNumber: signal = value
    case .none: notes.append("--\(option.long) has no effect")
    case .missing(let why): notes.append("--\(option.long) has no effect: \(why)")
    }
  }

  /// A number as C reads it: octal after 0, hexadecimal after 0x.
  private static func mask(_ text: String) -> UInt32? {
    if text.hasPrefix("0x") { return UInt32(text.dropFirst(2), radix: 16) }
    return text.hasPrefix("0") ? UInt32(text, radix: 8) : UInt32(text)
  }
}
