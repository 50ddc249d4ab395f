import ControlModel

/// The options of keepalived 2.2.7, read as getopt_long(3) reads them: short ones together, long ones shortened as far
/// as they stay unambiguous, values behind or attached.
struct KeepalivedOptions: Equatable {
  /// Treatment of an option.
  enum Meaning: Hashable {
    case file, stayInForeground, pidFile, furtherPIDFile, configurationID, configurationTest, namespace, umask
    case logFile, requiresIncludes, virtualRouters, virtualServers, version, help, signalNumber
    /// Accepted without effect, with the reason why nothing is lost.
    case needless(String)
    /// Accepted without effect, with advice on what to do instead.
    case missing(String)
    /// Refused, with advice on what to do instead, since martlet would do something else than asked.
    case refused(String)
  }

  /// Value of an option.
  enum Value { case never, always, attached }

  /// A row of the table.
  struct Option {
    let short: Character?
    let long: String
    let value: Value
    let meaning: Meaning
  }

  /// Reason why a command line cannot be read.
  enum Problem: Error, Equatable {
    case unknown(String)
    case ambiguous(String)
    case valueMissing(String)
    case unexpected([String])
    case valueWrong(String)
    case refused(String)

    /// The reason in one line, to follow the program's name.
    var message: String {
      switch self {
      case .unknown(let option): "unknown option \(option)"
      case .ambiguous(let option): "option \(option) could be several; write it out"
      case .valueMissing(let option): "option \(option) needs a value"
      case .unexpected(let words): "unexpected: \(words.joined(separator: " "))"
      case .valueWrong(let what), .refused(let what): what
      }
    }
  }

  var file = "/etc/keepalived/keepalived.conf"
  var staysInForeground = false
  /// The PID file given on the command line.
  var chosenPIDFile: String?
  /// Further PID files, where scripts look for keepalived's other processes; here there is one process to signal.
  var furtherPIDFiles: [String] = []
  /// A file for the log besides standard error.
  var logFile: String?
  /// True when an include that finds no file is an error.
  var requiresIncludes = false
  var configurationID: String?
  var namespace: String?
  var umask: UInt32?
  /// Only check; `.some(nil)` prints to standard error, a path there.
  var configurationTest: String??
  var showsVersion = false
  var showsHelp = false
  var signal: String?
  /// Options that were accepted without effect.
  var notes: [LogLine] = []
  /// True when only keepalived's health checker would run: martlet has none, and must not claim addresses instead.
  private var onlyVirtualServers = false
  private var asksVirtualRouters = false

  static let usualPIDFile = "/run/keepalived.pid"
  /// The file of `--log-file` without a value; keepalived's is in /tmp, where anybody could put a file first.
  static let usualLogFile = "/var/log/keepalived.log"

  /// The PID file: keepalived has a folder for each network namespace.
  var pidFile: String {
    chosenPIDFile ?? namespace.map { "/run/keepalived/\($0)/keepalived.pid" } ?? Self.usualPIDFile
  }

  /// All further PID files. Beside the usual one stands that of keepalived's VRRP process.
  var allFurtherPIDFiles: [String] {
    guard furtherPIDFiles.isEmpty, chosenPIDFile == nil, let slash = pidFile.lastIndex(of: "/") else {
      return furtherPIDFiles
    }
    return [pidFile[...slash] + "vrrp.pid"]
  }

  static let table: [Option] = [
    Option(short: "f", long: "use-file", value: .always, meaning: .file),
    Option(short: "P", long: "vrrp", value: .never, meaning: .virtualRouters),
    Option(short: "C", long: "check", value: .never, meaning: .virtualServers),
    Option(
      short: "B", long: "no_bfd", value: .never,
      meaning: .missing("the BFD sessions of the configuration run; take them out of it")),
    Option(short: nil, long: "all", value: .never, meaning: .virtualRouters),
    Option(
      short: "l", long: "log-console", value: .never, meaning: .needless("the log always goes to standard error")),
    Option(short: "D", long: "log-detail", value: .never, meaning: .needless("the log always has the details")),
    Option(
      short: "S", long: "log-facility", value: .always,
      meaning: .missing(
        "the log goes to standard error, not to syslog; under systemd SyslogFacility= of the unit chooses the facility")
    ),
    Option(short: "g", long: "log-file", value: .attached, meaning: .logFile),
    Option(
      short: nil, long: "flush-log-file", value: .never, meaning: .needless("each line is written to the file at once")),
    Option(short: "G", long: "no-syslog", value: .never, meaning: .needless("martlet does not use syslog")),
    Option(short: "u", long: "umask", value: .always, meaning: .umask),
    Option(
      short: "X", long: "release-vips", value: .never, meaning: .needless("addresses are always released at the end")),
    Option(
      short: "V", long: "dont-release-vrrp", value: .never,
      meaning: .missing("addresses are always released at the end, so that a peer has them at once")),
    Option(
      short: "I", long: "dont-release-ipvs", value: .never, meaning: .needless("martlet has no virtual servers")),
    Option(
      short: "R", long: "dont-respawn", value: .never,
      meaning: .missing("martlet starts its processes again when they die, and ends when that does not help")),
    Option(short: "n", long: "dont-fork", value: .never, meaning: .stayInForeground),
    Option(
      short: "d", long: "dump-conf", value: .never,
      meaning: .missing("`martlet config show FILE` shows the configuration")),
    Option(short: "p", long: "pid", value: .always, meaning: .pidFile),
    Option(short: "r", long: "vrrp_pid", value: .always, meaning: .furtherPIDFile),
    Option(
      short: "T", long: "genhash", value: .never,
      meaning: .refused("martlet has no genhash; `curl -s URL | md5sum` gives the same digest")),
    Option(
      short: "c", long: "checkers_pid", value: .always,
      meaning: .missing("martlet has no process for virtual servers; look for the one in the file of --pid")),
    Option(
      short: "a", long: "address-monitoring", value: .never,
      meaning: .missing("`ip monitor address` tells of addresses that come and go")),
    Option(short: "b", long: "bfd_pid", value: .always, meaning: .furtherPIDFile),
    Option(
      short: "x", long: "snmp", value: .never,
      meaning: .missing("martlet has no SNMP agent; ask `martlet status --json`")),
    Option(
      short: "A", long: "snmp-agent-socket", value: .always,
      meaning: .missing("martlet has no SNMP agent; ask `martlet status --json`")),
    Option(short: "s", long: "namespace", value: .always, meaning: .namespace),
    Option(
      short: "m", long: "core-dump", value: .never,
      meaning: .missing("allow core dumps by `ulimit -c unlimited`, or LimitCORE=infinity in the unit")),
    Option(
      short: "M", long: "core-dump-pattern", value: .attached,
      meaning: .missing("set kernel.core_pattern by sysctl: it is the whole host's")),
    Option(short: "e", long: "all-config", value: .never, meaning: .requiresIncludes),
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
    guard !onlyVirtualServers || asksVirtualRouters || configurationTest != nil else {
      throw .refused(
        "--check runs nothing but virtual servers, which martlet does not have; leave it out to run the virtual routers"
      )
    }
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
    case .pidFile: chosenPIDFile = value
    case .furtherPIDFile: furtherPIDFiles += value.map { [$0] } ?? []
    case .logFile: logFile = value ?? Self.usualLogFile
    case .requiresIncludes: requiresIncludes = true
    case .virtualRouters: asksVirtualRouters = true
    case .virtualServers: onlyVirtualServers = true
    case .configurationID: configurationID = value
    case .configurationTest: configurationTest = .some(value)
    case .namespace:
      guard let value, !value.isEmpty, !value.contains("/"), value != ".", value != ".." else {
        throw .valueWrong("'\(value ?? "")' cannot be the name of a network namespace")
      }
      namespace = value
    case .umask:
      guard let mask = value.flatMap(Self.mask), mask <= 0o777 else {
        throw .valueWrong("'\(value ?? "")' is not a file creation mask")
      }
      umask = mask
    case .version: showsVersion = true
    case .help: showsHelp = true
    case .signalNumber: signal = value
    case .needless(let why): notes.append(LogLine(.debug, "--\(option.long) has no effect: \(why)"))
    case .missing(let why): notes.append(LogLine(.warning, "--\(option.long) has no effect: \(why)"))
    case .refused(let why): throw .refused("--\(option.long): \(why)")
    }
  }

  /// A number in C's notation: octal after 0, hexadecimal after 0x.
  private static func mask(_ text: String) -> UInt32? {
    if text.hasPrefix("0x") { return UInt32(text.dropFirst(2), radix: 16) }
    return text.hasPrefix("0") ? UInt32(text, radix: 8) : UInt32(text)
  }
}
