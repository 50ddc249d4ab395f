/// All commands, FIFOs and tracked files of one configuration: what the starter may start, make and read, and for whom.
///
/// The loader makes it of the configuration, the starter reads it. The prober names an entry by its place, so that whoever takes over
/// the prober can have nothing run that the file does not say.
public struct CommandTable: Sendable, Equatable {
  /// A user, and a group if one is named, by name or number as the file says.
  public struct Account: Sendable, Hashable {
    /// User name or number.
    public var user: String
    /// `nil` for the user's own group.
    public var group: String?

    /// A user with an optional group.
    public init(user: String, group: String? = nil) {
      self.user = user
      self.group = group
    }
  }

  /// What a command is kept from.
  public enum Confinement: UInt8, Sendable, CaseIterable {
    /// Nothing.
    case none
    /// Gaining privileges, writing and the network.
    case closed
    /// Gaining privileges and writing.
    case withNetwork
  }

  /// What the file has a command for: that says what it is kept from, what it is told, and whether it goes on without the prober.
  public enum Purpose: Sendable, Hashable {
    /// A check.
    case check(Confinement)
    /// What is run before the first engine or after the last.
    case lifecycle
    /// Reading the FIFO of this place in the table, whose path follows the command's own words.
    case reading(fifo: UInt32)
    /// Saying that an instance or a group has moved. `hasWords`: kind, name, state and priority follow the command's own words.
    case notification(hasWords: Bool)

    /// Whether it is killed with all that it started when the prober ends, so that the next one may start another.
    public var endsWithProber: Bool {
      switch self {
      case .check, .lifecycle, .reading: true
      case .notification: false
      }
    }

    /// What it is kept from.
    public var confinement: Confinement {
      switch self {
      case .check(let confinement): confinement
      case .lifecycle, .reading, .notification: .none
      }
    }
  }

  /// A command as the file has it for one purpose.
  public struct Command: Sendable, Hashable {
    /// The words; the first is the program.
    public var arguments: [String]
    /// The line as written.
    public var text: String
    /// Whether `/bin/sh -c` runs the line.
    public var needsShell: Bool
    /// The script that the program is to run, if the program is an interpreter.
    public var interpretedScript: String?
    /// Who runs it; ``CommandTable/fallback`` when `nil`.
    public var account: Account?
    /// What it is for.
    public var purpose: Purpose
    /// How many checks, or instances and groups, have it for that; each runs it once at a time.
    public var uses: UInt32 = 1

    /// A command from its parts.
    public init(
      arguments: [String], text: String, needsShell: Bool, interpretedScript: String? = nil, account: Account? = nil,
      purpose: Purpose
    ) {
      self.arguments = arguments
      self.text = text
      self.needsShell = needsShell
      self.interpretedScript = interpretedScript
      self.account = account
      self.purpose = purpose
    }
  }

  /// What notifications are about.
  public struct Subject: Sendable, Hashable {
    /// `INSTANCE` or `GROUP`, the first of the words that `notify` gets.
    public enum Kind: String, Sendable, CaseIterable {
      /// A `vrrp_instance`.
      case instance = "INSTANCE"
      /// A `vrrp_sync_group`.
      case group = "GROUP"
    }

    /// An instance or a group.
    public var kind: Kind
    /// Its name.
    public var name: String

    /// A subject from its parts.
    public init(kind: Kind, name: String) {
      self.kind = kind
      self.name = name
    }
  }

  /// A FIFO that notifications are written to.
  public struct FIFO: Sendable, Hashable {
    /// Where it is.
    public var path: String
    /// Who owns it; the starter's own user when `nil`.
    public var owner: Account?

    /// A FIFO from its parts.
    public init(path: String, owner: Account? = nil) {
      self.path = path
      self.owner = owner
    }
  }

  /// A file whose number is tracked.
  public struct File: Sendable, Hashable {
    /// Where it is.
    public var path: String
    /// The number that it begins with, if it says one.
    public var initialValue: Int32?
    /// Whether that may be written over what is there.
    public var overwrites: Bool

    /// A file from its parts.
    public init(path: String, initialValue: Int32? = nil, overwrites: Bool = false) {
      self.path = path
      self.initialValue = initialValue
      self.overwrites = overwrites
    }
  }

  /// Who runs a command that names nobody; `nil` for keepalived's standard user.
  public var fallback: Account?
  /// Whether a program that root would run and someone else can change is refused (`enable_script_security`).
  public var isStrict = false
  /// Where a program is looked for whose name has no slash, and what it finds as PATH.
  public var searchPath: [String] = []
  /// The instances and groups that notifications are about.
  public var subjects: [Subject] = []
  /// Everything that may be run.
  public var commands: [Command] = []
  /// The FIFOs that may be made, opened and removed.
  public var fifos: [FIFO] = []
  /// The files that may be opened for reading, or begun.
  public var files: [File] = []

  /// A table of nothing.
  public init() {}

  /// Whether there is nothing in it to start or to make.
  public var isEmpty: Bool { commands.isEmpty && fifos.isEmpty && files.isEmpty }

  /// The table's bytes.
  public var encoded: [UInt8] {
    var writer = MessageWriter()
    writer.write(fallback)
    writer.write(isStrict ? 1 : 0 as UInt8)
    writer.write(searchPath)
    writer.write(UInt32(clamping: subjects.count))
    for subject in subjects {
      writer.writeWhole(subject.kind.rawValue)
      writer.writeWhole(subject.name)
    }
    writer.write(UInt32(clamping: commands.count))
    for command in commands {
      writer.write(command.arguments)
      writer.writeWhole(command.text)
      writer.write(command.needsShell ? 1 : 0 as UInt8)
      writer.writeOptional(command.interpretedScript)
      writer.write(command.account)
      writer.write(command.purpose)
      writer.write(command.uses)
    }
    writer.write(UInt32(clamping: fifos.count))
    for fifo in fifos {
      writer.writeWhole(fifo.path)
      writer.write(fifo.owner)
    }
    writer.write(UInt32(clamping: files.count))
    for file in files {
      writer.writeWhole(file.path)
      writer.write(file.initialValue == nil ? 0 : 1 as UInt8)
      writer.write(file.initialValue ?? 0)
      writer.write(file.overwrites ? 1 : 0 as UInt8)
    }
    return writer.bytes
  }

  /// Reads a table.
  public init(decoding bytes: UnsafeRawBufferPointer) throws(MessageError) {
    var reader = MessageReader(bytes)
    fallback = try reader.readAccount()
    isStrict = try reader.read(UInt8.self) != 0
    searchPath = try reader.readTexts()
    for _ in 0..<(try reader.read(UInt32.self)) {
      guard let kind = Subject.Kind(rawValue: try reader.readWhole()) else { throw .invalid }
      subjects.append(Subject(kind: kind, name: try reader.readWhole()))
    }
    for _ in 0..<(try reader.read(UInt32.self)) {
      var command = Command(
        arguments: try reader.readTexts(), text: try reader.readWhole(), needsShell: try reader.read(UInt8.self) != 0,
        interpretedScript: try reader.readOptional(), account: try reader.readAccount(),
        purpose: try reader.readPurpose())
      command.uses = try reader.read()
      commands.append(command)
    }
    for _ in 0..<(try reader.read(UInt32.self)) {
      fifos.append(FIFO(path: try reader.readWhole(), owner: try reader.readAccount()))
    }
    for _ in 0..<(try reader.read(UInt32.self)) {
      let path = try reader.readWhole()
      let hasValue = try reader.read(UInt8.self) != 0
      let value = try reader.read(Int32.self)
      let overwrites = try reader.read(UInt8.self) != 0
      files.append(File(path: path, initialValue: hasValue ? value : nil, overwrites: overwrites))
    }
  }
}

extension MessageWriter {
  /// Writes a text of any length.
  mutating func writeWhole(_ text: String) {
    write(UInt32(clamping: text.utf8.count))
    append(text.utf8)
  }

  mutating func writeOptional(_ text: String?) {
    write(text == nil ? 0 : 1 as UInt8)
    if let text { writeWhole(text) }
  }

  mutating func write(_ texts: [String]) {
    write(UInt32(clamping: texts.count))
    for text in texts { writeWhole(text) }
  }

  fileprivate mutating func write(_ account: CommandTable.Account?) {
    writeOptional(account?.user)
    writeOptional(account?.group)
  }

  fileprivate mutating func write(_ purpose: CommandTable.Purpose) {
    switch purpose {
    case .check(let confinement):
      write(1 as UInt8)
      write(confinement.rawValue)
    case .lifecycle: write(2 as UInt8)
    case .reading(let fifo):
      write(3 as UInt8)
      write(fifo)
    case .notification(let hasWords):
      write(4 as UInt8)
      write(hasWords ? 1 : 0 as UInt8)
    }
  }
}

extension MessageReader {
  mutating func readWhole() throws(MessageError) -> String {
    let count = Int(try read(UInt32.self))
    return String(decoding: try readBytes(count), as: UTF8.self)
  }

  mutating func readOptional() throws(MessageError) -> String? {
    try read(UInt8.self) == 0 ? nil : try readWhole()
  }

  mutating func readTexts() throws(MessageError) -> [String] {
    var texts: [String] = []
    for _ in 0..<(try read(UInt32.self)) { texts.append(try readWhole()) }
    return texts
  }

  fileprivate mutating func readAccount() throws(MessageError) -> CommandTable.Account? {
    let (user, group) = (try readOptional(), try readOptional())
    return user.map { CommandTable.Account(user: $0, group: group) }
  }

  fileprivate mutating func readPurpose() throws(MessageError) -> CommandTable.Purpose {
    switch try read(UInt8.self) {
    case 1: .check(try readCase())
    case 2: .lifecycle
    case 3: .reading(fifo: try read())
    case 4: .notification(hasWords: try read(UInt8.self) != 0)
    default: throw .invalid
    }
  }
}
