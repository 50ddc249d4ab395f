import ConfigurationModel

/// One keyword of the language as data: its place, its arguments, and its treatment here.
package struct Keyword: Sendable, Hashable {
  /// Form of a keyword's arguments.
  package enum Form: Sendable, Hashable {
    /// No argument.
    case flag
    /// `on`, `true`, `yes`, `off`, `false` or `no`; nothing means true.
    case boolean
    /// A whole number between two bounds.
    case integer(Int, Int)
    /// A whole number between two bounds, or nothing.
    case optionalInteger(Int, Int)
    /// A number with a fraction between two bounds, which are in millionths.
    case decimal(Int, Int)
    /// One word.
    case word
    /// One of these words.
    case choice([String])
    /// One of these words, in capitals or not.
    case caselessChoice([String])
    /// An IP address.
    case address
    /// The name of a network interface.
    case interface
    /// One or more words.
    case words
    /// Any number of words.
    case optionalWords
    /// A command, then perhaps a user and a group.
    case command
    /// A command as above, or nothing.
    case optionalCommand
    /// A block of keywords, perhaps after a name.
    case block
    /// A block of entries, one a line.
    case values
    /// Words, then perhaps a block of keywords.
    case target
  }

  /// Unit of a number.
  package enum Unit: String, Sendable, Hashable {
    case seconds, milliseconds, microseconds, bytes, percent
    case adverts = "advert intervals"
  }

  /// A keyword with a line of its own, or a word inside an entry of a value block.
  package enum Kind: Sendable, Hashable {
    case keyword, option
  }

  /// Treatment of a keyword.
  package enum Disposition: Sendable, Hashable {
    /// The keyword works as in keepalived.
    case acts
    /// The keyword is read and needs no effect.
    case accepted(Reason)
    /// The keyword is read and checked, and has no effect; the advice says what to do instead.
    case lacks(Advice)
    /// The keyword belongs to LVS load balancing, which martlet does not run.
    case notManaged
  }

  /// The line that counts when a keyword stands in a block several times.
  package enum Repetition: Sendable, Hashable {
    /// The last one.
    case last
    /// The first one.
    case first
    /// The last one that has this word, or else the last one of all.
    case word(String)
  }

  /// Treatment of a value outside the bounds of its form.
  enum Excess: Sendable, Hashable {
    /// The line is ignored.
    case refused
    /// The nearest number within the bounds is used.
    case nearest
    /// A word is cut after this number of bytes.
    case cut(Int)
  }

  /// Treatment in keepalived 2.2.7 of a keyword without its value.
  enum Bare: Sendable, Hashable {
    /// keepalived ends.
    case ends
    /// keepalived ignores the line.
    case ignored
    /// Version 2.2.7 does not know the keyword, and later versions have not been observed.
    case unknown
  }

  /// Reason why a keyword needs no effect.
  package enum Reason: Sendable, Hashable {
    case scheduling, processes, buffers, firewall, reading, debugging, putBack, kernelLinks, always, boundToInterface
    case scriptPaths, scriptGroups, unknownRouters

    /// The reason, to follow the keyword's name in a sentence.
    package var text: String {
      switch self {
      case .scheduling: "has no effect: the engine sets its own scheduling"
      case .processes: "has no effect: there are other processes here"
      case .buffers: "has no effect: socket buffers are sized to the number of routers"
      case .firewall: "has no effect: no firewall rules are made"
      case .reading: "has no effect: every reload checks the configuration before it takes over"
      case .kernelLinks: "has no effect: the kernel tells of every change of a link at once"
      case .boundToInterface: "has no effect: sockets are bound to the interface, and with it to its VRF"
      case .scriptPaths: "has no effect: a script is run by the path that is written, whatever links lie on it"
      case .scriptGroups: "has no effect: scripts always have all groups of their user, unless a group is named"
      case .unknownRouters: "has no effect: such adverts are counted, as unknown_router_drops of martlet status --json"
      case .always: "has no effect: it is always so"
      case .putBack: "has no effect: an address, a route or a rule that somebody removes is put back"
      case .debugging: "has no effect: it only serves the search for faults in keepalived"
      }
    }
  }

  /// Advice for a keyword that martlet does not have.
  package enum Advice: Sendable, Hashable {
    case mail, snmp, dbus, localReports, reloadTime, ipvlan, routeDomain

    /// The advice as a sentence without a full stop.
    package var text: String {
      switch self {
      case .mail: "send mail from a notify script, or from a program that reads notify_fifo"
      case .snmp: "ask martlet status --json"
      case .dbus: "read the transitions from notify_fifo, or ask martlet status --json"
      case .localReports: "set net.ipv4.igmp_link_local_mcast_reports=0 in /etc/sysctl.d"
      case .reloadTime: "run martlet reload from a systemd timer"
      case .ipvlan: "use use_vmac, which gives the router an interface with a MAC address of its own"
      case .routeDomain: "write table NUMBER, with the number of the VRF's table"
      }
    }
  }

  /// The blocks around the keyword, joined by slashes; empty outside all blocks.
  package internal(set) var block = ""
  package private(set) var name: String
  /// Meaning of the keyword here, or in keepalived where martlet does nothing with it: a sentence without a full stop.
  package private(set) var meaning: String
  package let form: Form
  /// Arguments in the notation of a manual page; `nil` where ``form`` says it all.
  let notation: String?
  /// Default; `nil` for none.
  package private(set) var defaultText: String?
  package let unit: Unit?
  /// First version of keepalived with the keyword, or ``own``.
  package let since: String
  /// Replacement of a deprecated keyword, may be empty; `nil` if it is not deprecated.
  package private(set) var instead: String?
  /// True for a keyword of martlet's own, which keepalived does not have.
  package var isExtension: Bool { since == Self.own }
  /// Value of ``since`` for a keyword of martlet's own.
  static let own = "martlet"
  package private(set) var disposition: Disposition
  package let repetition: Repetition
  let excess: Excess
  /// Treatment in keepalived where the value is missing.
  var bare: Bare {
    if Schema.keywordsPassedOverWithoutValue[block]?.contains(name) == true { return .ignored }
    return since == "2.2.7" ? .ends : .unknown
  }
  /// True for a keyword that keepalived 2.2.7 has as a flag: it is on whatever follows it.
  let wasFlag: Bool
  /// True when a block of entries has a name before its brace.
  private let isNamed: Bool
  package internal(set) var kind = Kind.keyword

  init(
    _ name: String, _ meaning: String, _ form: Form, arguments: String? = nil, default defaultText: String? = nil,
    unit: Unit? = nil, since: String = "2.2.7", instead: String? = nil, isNamed: Bool = false,
    repetition: Repetition? = nil, excess: Excess = .refused, wasFlag: Bool = false, _ disposition: Disposition = .acts
  ) {
    self.name = name
    self.meaning = meaning
    self.form = form
    notation = arguments
    self.defaultText = defaultText
    self.unit = unit
    self.since = since
    self.instead = instead
    self.disposition = disposition
    self.repetition = repetition ?? (form == .command || form == .optionalCommand ? .first : .last)
    self.excess = excess
    self.wasFlag = wasFlag
    self.isNamed = isNamed
  }

  /// The keyword under another name.
  func renamed(_ name: String, _ meaning: String, instead: String? = nil) -> Keyword {
    var keyword = self
    keyword.name = name
    keyword.meaning = meaning
    keyword.instead = instead
    return keyword
  }

  /// The keyword, deprecated.
  func replaced(by instead: String) -> Keyword { renamed(name, meaning, instead: instead) }

  /// The keyword with another default.
  func with(default text: String?) -> Keyword {
    var keyword = self
    keyword.defaultText = text
    return keyword
  }

  /// The keyword with another treatment.
  func with(_ disposition: Disposition) -> Keyword {
    var keyword = self
    keyword.disposition = disposition
    return keyword
  }

  /// Arguments in the notation of a manual page: capitals stand for values, brackets for optional words.
  package var arguments: String {
    switch form {
    case .flag: notation ?? ""
    case .boolean: notation ?? "[BOOL]"
    case .integer: notation ?? "INT"
    case .optionalInteger: notation ?? "[INT]"
    case .decimal: notation ?? "DECIMAL"
    case .choice(let words), .caselessChoice(let words): words.joined(separator: " / ")
    case .address: notation ?? "IP"
    case .interface: notation ?? "IFNAME"
    case .word, .words, .optionalWords: notation ?? "WORD"
    case .target: notation ?? "TARGET [{ … }]"
    case .command: notation ?? "SCRIPT [USER [GROUP]]"
    case .optionalCommand: notation ?? "[SCRIPT [USER [GROUP]]]"
    case .block: (notation.map { "\($0) " } ?? "") + "{ … }"
    case .values: (isNamed ? "NAME " : "") + "{ \(notation ?? "WORD") … }"
    }
  }

  /// Allowed numbers or words, in words; `nil` for any word and no number.
  package var bounds: String? {
    switch form {
    case .integer(let low, let high), .optionalInteger(let low, let high): "\(low) to \(high)"
    case .decimal(let low, let high): "\(Lowering.shown(low)) to \(Lowering.shown(high))"
    case .boolean: "on, true, yes, off, false, no; nothing is on"
    default: nil
    }
  }
}
