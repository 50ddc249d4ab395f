import Glibc
import Synchronization

/// `glob(3)` within a number of steps.
///
/// It reads whole directories, and a wildcard in a directory's name multiplies them: `/*/*/*/x` would go through the disk. Only the
/// functions that it calls can end that. They are handed no context, so one search runs at a time and their count is the program's.
enum BoundedGlob {
  private static let turn = Mutex(())
  /// Touched by whoever has the turn.
  nonisolated(unsafe) private static var stepsLeft = 0

  /// The paths that match, braces included, sorted.
  /// - Parameter steps: Directories, entries and files that may be looked at; less by those that were, and 0 when the search was cut.
  static func paths(_ pattern: String, steps: inout Int) -> [String] {
    turn.withLock { _ in
      stepsLeft = steps
      defer { steps = max(0, stepsLeft) }
      var result = glob_t()
      result.gl_opendir = { path in
        guard let path, BoundedGlob.takeStep() else { return nil }
        return opendir(path).map { UnsafeMutableRawPointer($0) }
      }
      result.gl_readdir = { directory in
        guard let directory, BoundedGlob.takeStep() else { return nil }
        return readdir(OpaquePointer(directory)).map { UnsafeMutableRawPointer($0) }
      }
      result.gl_closedir = { directory in
        if let directory { _ = closedir(OpaquePointer(directory)) }
      }
      result.gl_stat = { BoundedGlob.look(at: $0, into: $1, flags: 0) }
      result.gl_lstat = { BoundedGlob.look(at: $0, into: $1, flags: AT_SYMLINK_NOFOLLOW) }
      defer { globfree(&result) }
      guard glob(pattern, GLOB_BRACE | GLOB_ALTDIRFUNC, nil, &result) == 0 else { return [] }
      let paths = (0..<Int(result.gl_pathc)).compactMap { result.gl_pathv[$0].map { String(cString: $0) } }
      return paths.sorted()
    }
  }

  private static func look(at path: UnsafePointer<CChar>?, into status: UnsafeMutableRawPointer?, flags: Int32) -> Int32
  {
    guard let path, let status, takeStep() else { return -1 }
    return fstatat(AT_FDCWD, path, status.assumingMemoryBound(to: stat.self), flags)
  }

  private static func takeStep() -> Bool {
    stepsLeft -= 1
    if stepsLeft < 0 { errno = ENFILE }
    return stepsLeft >= 0
  }
}
