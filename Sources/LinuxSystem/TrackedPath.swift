import Glibc

/// The way to a tracked file, walked link by link, so that nobody's link leads martlet to what he may not read himself.
///
/// The folder of a tracked file may belong to the service that writes the number. Its owner can put a link in the file's place, and
/// martlet, which may read more than he, would read for him what the link leads to. So a link leads on as it does under the kernel's
/// `fs.protected_symlinks`: one of root's or of martlet's own user leads anywhere, one of anybody else only to what is that user's own.
public enum TrackedPath {
  /// What a path leads to.
  public struct Target: ~Copyable {
    /// The file, open for reading.
    public let file: FileDescriptor
    /// The link that a stranger made to what is not his; `nil` if there is none.
    public let strangersLink: String?

    /// A target from its parts.
    public init(file: consuming FileDescriptor, strangersLink: String?) {
      self.file = file
      self.strangersLink = strangersLink
    }
  }

  /// Why a path leads to nothing that is read.
  public enum Refusal: Error, Equatable {
    /// The kernel's error number.
    case system(Int32)
    /// It is a folder, a FIFO, a device or a socket.
    case notRegular
    /// It lies in a file system in which the kernel shows itself.
    case kernels(String)
    /// A stranger's link that is not followed.
    case link(String)
  }

  /// As many symbolic links as the kernel follows in one path.
  private static let mostLinks = 40

  /// Opens what a path leads to, if it is a regular file of an ordinary file system.
  /// - Parameter refusesLinks: Whether a stranger's link to what is not his is not followed.
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
    // The place that was looked at, whatever stands at its name by now. It is a regular file, so opening it wakes nobody up.
    let file = Glibc.open("/proc/self/fd/\(walk.place.rawValue)", O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY)
    guard file >= 0 else { throw .system(errno) }
    return Target(file: FileDescriptor(owning: file), strangersLink: words)
  }

  /// A walk along a path.
  private struct Walk: ~Copyable {
    /// Where the walk has come to.
    private(set) var place: FileDescriptor
    /// The links of those who are neither root nor martlet's own user.
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
      // An empty name is the link itself.
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

  /// `O_PATH`, which opens nothing but the name.
  private static let pathOnly: Int32 = 0o10000000
}

/// The first number of a tracked file (`init_file`).
public enum InitialNumber {
  /// Writes a number into a file, which is made if it is not there.
  /// - Parameter overwrites: whether one that is there may be written over.
  public static func write(_ value: Int, to path: String, overwrites: Bool) throws(SystemError) {
    // Neither through a link nor into what is no regular file: the folder may be somebody else's.
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
