import Glibc

/// Opening of a tracked file, link by link, so that another user's link does not make martlet read a file that this
/// user may not read.
///
/// The folder of a tracked file may belong to the service that writes the number. Its owner can replace the file by a
/// link, and martlet, which may read more than that user, would read the link's target for it. So links are treated as
/// under the kernel's `fs.protected_symlinks`: a link of root's or of martlet's own user may lead anywhere, a link of
/// any other user only to a file of that user.
public enum TrackedPath {
  /// File that a path leads to.
  public struct Target: ~Copyable {
    /// File, open for reading.
    public let file: FileDescriptor
    /// Link of another user to a file that is not that user's; `nil` if there is none.
    public let strangersLink: String?

    /// A target with the given values.
    public init(file: consuming FileDescriptor, strangersLink: String?) {
      self.file = file
      self.strangersLink = strangersLink
    }
  }

  /// Reason for which the file at a path is not read.
  public enum Refusal: Error, Equatable {
    /// Errno of the kernel.
    case system(Int32)
    /// The path is a folder, a FIFO, a device or a socket.
    case notRegular
    /// The file is in a file system through which the kernel shows its state.
    case kernels(String)
    /// The path has a link of another user, which is not followed.
    case link(String)
  }

  /// Most symbolic links that the kernel follows in one path.
  private static let mostLinks = 40

  /// Opens the file at a path, if it is a regular file of an ordinary file system.
  /// - Parameter refusesLinks: whether another user's link to a file that is not that user's is refused.
  public static func open(_ path: String, refusesLinks: Bool) throws(Refusal) -> Target {
    var walk = try Walk(from: path)
    try walk.toTheEnd()
    var status = stat()
    guard fstat(walk.place.rawValue, &status) == 0 else { throw .system(errno) }
    let strangers = walk.foreignLinks.first { $0.owner != status.st_uid }
    let words = strangers.map { "\($0.path), a link of user \($0.owner), leads to a file of user \(status.st_uid)" }
    if let words, refusesLinks { throw .link(words) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
    if let name = KernelFileSystem.name(of: walk.place.rawValue) { throw .kernels(name) }
    // This opens the file that was checked, whatever is at its path by now. It is a regular file, so opening it has no
    // side effect.
    let file = Glibc.open("/proc/self/fd/\(walk.place.rawValue)", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { throw .system(errno) }
    return Target(file: FileDescriptor(owning: file), strangersLink: words)
  }

  /// A walk along a path.
  private struct Walk: ~Copyable {
    /// File or folder that the walk has reached.
    private(set) var place: FileDescriptor
    /// Links of users other than root and martlet's own.
    private(set) var foreignLinks: [(path: String, owner: UInt32)] = []
    private var rest: [Substring]
    private var walked = ""
    private var links = 0

    init(from path: String) throws(Refusal) {
      place = try Self.enter(AT_FDCWD, path.hasPrefix("/") ? "/" : ".")
      rest = path.split(separator: "/").reversed()
    }

    mutating func toTheEnd() throws(Refusal) {
      while let name = rest.popLast() {
        let next = try Self.enter(place.rawValue, String(name))
        var status = stat()
        guard fstat(next.rawValue, &status) == 0 else { throw .system(errno) }
        guard status.st_mode & S_IFMT == S_IFLNK else {
          place = next
          walked += "/" + name
          continue
        }
        try follow(next.rawValue, "\(walked)/\(name)", owner: status.st_uid)
      }
    }

    private mutating func follow(_ link: Int32, _ path: String, owner: UInt32) throws(Refusal) {
      links += 1
      guard links <= TrackedPath.mostLinks else { throw .system(ELOOP) }
      if owner != 0, owner != geteuid() { foreignLinks.append((path, owner)) }
      var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
      // With an empty name readlinkat reads the link itself.
      let count = readlinkat(link, "", &buffer, buffer.count)
      guard count > 0 else { throw .system(errno) }
      let target = String(decoding: buffer[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      if target.hasPrefix("/") {
        place = try Self.enter(AT_FDCWD, "/")
        walked = ""
      }
      rest += target.split(separator: "/").reversed()
      guard rest.count <= 4096 else { throw .system(ENAMETOOLONG) }
    }

    private static func enter(_ folder: Int32, _ name: String) throws(Refusal) -> FileDescriptor {
      let fd = openat(folder, name, TrackedPath.pathOnly | O_NOFOLLOW | O_CLOEXEC)
      guard fd >= 0 else { throw .system(errno) }
      return FileDescriptor(owning: fd)
    }
  }

  /// `O_PATH`, which opens the name without opening the file.
  private static let pathOnly: Int32 = 0o10000000
}

/// Initial number of a tracked file (`init_file`).
public enum InitialNumber {
  /// Writes a number into a file, which is created if it is missing.
  /// - Parameter overwrites: whether an existing file may be overwritten.
  public static func write(_ value: Int, to path: String, overwrites: Bool) throws(SystemError) {
    // Neither a link nor anything but a regular file is opened, since the folder may be another user's.
    var fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o644)
    if fd < 0, errno == EEXIST {
      guard overwrites else { return }
      fd = open(path, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    }
    guard fd >= 0 else { throw SystemError(operation: "initialize", errno: errno, object: path) }
    let descriptor = FileDescriptor(owning: fd)
    var status = stat()
    guard fstat(descriptor.rawValue, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw SystemError(operation: "initialize", errno: EINVAL, object: path)
    }
    let text = Array("\(value)\n".utf8)
    guard ftruncate(descriptor.rawValue, 0) == 0, Glibc.write(descriptor.rawValue, text, text.count) == text.count
    else {
      throw SystemError(operation: "initialize", errno: errno, object: path)
    }
  }
}
