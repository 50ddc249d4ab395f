import Glibc
import LinuxSystem

/// Lock files of network namespaces in which no martlet runs any more. Each namespace has its own number, so on a host
/// that makes many namespaces their files would accumulate.
enum UnusedLockFiles {
  /// Name of the lock file of a namespace.
  static func name(of namespace: UInt64) -> String { "addresses-\(namespace).lock" }

  /// Removes the unused lock files from a directory, except for one.
  static func remove(from directory: String, except kept: String) {
    guard let entries = opendir(directory) else { return }
    defer { closedir(entries) }
    while let entry = readdir(entries) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != kept, isLockFile(name) { AddressLocks.removeUnused(path: directory + "/" + name) }
    }
  }

  private static func isLockFile(_ name: String) -> Bool {
    guard name.hasPrefix("addresses-"), name.hasSuffix(".lock") else { return false }
    let number = name.utf8.dropFirst("addresses-".utf8.count).dropLast(".lock".utf8.count)
    return !number.isEmpty && number.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
