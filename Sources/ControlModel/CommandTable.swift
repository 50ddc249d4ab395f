/// Commands, FIFOs and tracked files of one configuration: everything that the starter may run, make and read, and as
/// which user.
///
/// The loader makes the table from the configuration, and the starter reads it. The prober names an entry by its
/// position, so that a compromised prober cannot run anything that is not in the configuration.
public struct CommandTable: Sendable, Equatable {
  /// User, and group if there is one, by name or number as in the configuration.
  public struct Account: Sendable, Hashable {
    /// User name or number.
    public var user: String
    /// Group name or number; `nil` for the user's own group.
    public var group: String?

    /// A user with an optional group.
    public init(user: String, group: String? = nil) {
      self.user = user
      self.group = group
    }
  }

  /// Sandbox of a command.
  public enum Confinement: UInt8, Sendable, CaseIterable {
    /// No sandbox.
    case none
    /// No gaining of privileges, no writing and no network.
    case closed
    /// No gaining of privileges and no writing.
    case withNetwork
  }

  /// Use of a command in the configuration. It decides about the sandbox, the arguments, and whether the command
  /// survives the prober.
  public enum Purpose: Sendable, Hashable {
    /// A check.
    case check(Confinement)
    /// A startup or shutdown script, which runs before the first engine or after the last.
    case lifecycle
    /// A reader of the FIFO at this position in the table; the FIFO's path follows the command's own arguments.
    case reading(fifo: UInt32)
    /// A notification about an instance or a group. `hasWords`: kind, name, state and priority follow the command's own
    /// arguments.
    case notification(hasWords: Bool)

    /// True if the command and all processes that it started are killed when the prober ends, so that the next prober
    /// may run it.
    public var endsWithProber: Bool {
      switch self {
      case .check, .lifecycle, .reading: true
      case .notification: false
      }
    }

    /// Sandbox in which the command runs.
    public var confinement: Confinement {
      switch self {
      case .check(let confinement): confinement
      case .lifecycle, .reading, .notification: .none
      }
    }
  }

  /// Command of the configuration with one of its uses.
  public struct Command: Sendable, Hashable {
    /// Arguments; the first is the program.
    public var arguments: [String]
    /// Command as written in the configuration.
    public var text: String
    /// True if `/bin/sh -c` runs the command.
    public var needsShell: Bool
    /// Script that the program runs, if the program is an interpreter.
    public var interpretedScript: String?
    /// User who runs it; ``CommandTable/fallback`` if `nil`.
    public var account: Account?
    /// Use of the command.
    public var purpose: Purpose
    /// Number of checks, or of instances and groups, that use it. Each runs it once at a time.
    public var uses: UInt32 = 1

    /// A command with the given values.
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

  /// Instance or group that a notification is about.
  public struct Subject: Sendable, Hashable {
    /// Kind of subject: `INSTANCE` or `GROUP`, the first argument of a `notify` script.
    public enum Kind: String, Sendable, CaseIterable {
      /// A `vrrp_instance`.
      case instance = "INSTANCE"
      /// A `vrrp_sync_group`.
      case group = "GROUP"
    }

    /// An instance or a group.
    public var kind: Kind
    /// Name of the instance or group.
    public var name: String

    /// A subject of the given kind and name.
    public init(kind: Kind, name: String) {
      self.kind = kind
      self.name = name
    }
  }

  /// FIFO to which notifications are written.
  public struct FIFO: Sendable, Hashable {
    /// Path of the FIFO.
    public var path: String
    /// Owner of the FIFO; ``CommandTable/fallback`` if `nil`.
    public var owner: Account?

    /// A FIFO with the given values.
    public init(path: String, owner: Account? = nil) {
      self.path = path
      self.owner = owner
    }
  }

  /// Tracked file, which holds a number.
  public struct File: Sendable, Hashable {
    /// Path of the file.
    public var path: String
    /// Number to write to it at the start; `nil` for none.
    public var initialValue: Int32?
    /// True if that number replaces the content of an existing file.
    public var overwrites: Bool

    /// A file with the given values.
    public init(path: String, initialValue: Int32? = nil, overwrites: Bool = false) {
      self.path = path
      self.initialValue = initialValue
      self.overwrites = overwrites
    }
  }

  /// User of commands that name none; `nil` for keepalived's default user.
  public var fallback: Account?
  /// True if a program is refused that root would run and others can change (`enable_script_security`).
  public var isStrict = false
  /// Permission bits that files made by commands do not get (umask).
  public var mask: UInt32 = 0o177
  /// Folders in which programs without a slash in their name are searched; also the PATH of commands.
  public var searchPath: [String] = []
  /// Instances and groups that notifications are about.
  public var subjects: [Subject] = []
  /// Commands that may be run.
  public var commands: [Command] = []
  /// FIFOs that may be made, opened and removed.
  public var fifos: [FIFO] = []
  /// Files that may be opened for reading, or written at the start.
  public var files: [File] = []

  /// An empty table.
  public init() {}

  /// True if the table has nothing to run, make or read.
  public var isEmpty: Bool { commands.isEmpty && fifos.isEmpty && files.isEmpty }

  /// Table as bytes.
  public var encoded: [UInt8] {
    var writer = MessageWriter()
    writer.write(fallback)
    writer.write(isStrict ? 1 : 0 as UInt8)
    writer.write(mask)
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
    mask = try reader.read()
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
