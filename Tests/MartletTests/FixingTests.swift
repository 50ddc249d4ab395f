import Glibc
import LinuxSystem
import Testing

@testable import martlet

/// `martlet check --fix` on files of the disk.
@Suite struct FixingTests {
  private static let broken = Sample.router(extra: "no_preempt\n  zzzz x")
  private static let fixed = Sample.router(extra: "nopreempt\n  zzzz x")

  private func contents(_ path: String) throws -> String {
    let file = try FileDescriptor.open(reading: path)
    var buffer = [UInt8](repeating: 0, count: 4096)
    guard case .bytes(let count) = try buffer.withUnsafeMutableBytes({ try file.read(into: $0) }) else { return "" }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }

  private func status(_ path: String) -> stat {
    var status = stat()
    lstat(path, &status)
    return status
  }

  private func entries(_ path: String) -> Int {
    guard let directory = opendir(path) else { return -1 }
    defer { closedir(directory) }
    var count = 0
    while readdir(directory) != nil { count += 1 }
    return count - 2
  }

  @Test(.enabled(if: Running.martlet != nil, "the martlet binary is not beside the tests"))
  func aSecondTimeChangesNothing() throws {
    let scratch = try Scratch()
    let file = try scratch.file("a.conf", Self.broken)
    let first = try Running.martlet(["check", "--no-host", "--fix", file])
    #expect(first.code == 0 && first.errors.hasPrefix("\(file): fixed\n"))
    #expect(first.output == "1 file checked: no errors, 1 warning\n")
    #expect(try contents(file) == Self.fixed)
    let before = status(file)
    let second = try Running.martlet(["check", "--no-host", "--fix", file])
    #expect(second.output == first.output && !second.errors.contains("fixed"))
    #expect(status(file).st_ino == before.st_ino)
    #expect(entries(scratch.path) == 1)
  }

  @Test(.enabled(if: Running.martlet != nil, "the martlet binary is not beside the tests"))
  func aSymbolicLinkIsNotFollowed() throws {
    let scratch = try Scratch()
    let file = try scratch.file("real.conf", Self.broken)
    let link = scratch.path + "/link.conf"
    #expect(symlink(file, link) == 0)
    let outcome = try Running.martlet(["check", "--no-host", "--fix", link])
    #expect(outcome.code == 1 && outcome.errors.contains("it is a symbolic link"))
    #expect(try contents(file) == Self.broken)
    #expect(entries(scratch.path) == 2)
  }

  @Test(arguments: [0o640, 0o600, 0o444, 0o4711] as [UInt32])
  func modeStays(mode: UInt32) throws { try expectStatusStays(mode, owner: nil) }

  @Test(.enabled(if: Self.mayGiveAway, "only the machine's root can give a file away"))
  func ownerAndGroupStay() throws { try expectStatusStays(0o640, owner: (12, 34)) }

  /// A user namespace has a root too, whose world ends with itself.
  private static var mayGiveAway: Bool {
    guard geteuid() == 0, let scratch = try? Scratch(), let file = try? scratch.file("a", "") else { return false }
    return chown(file, 12, 34) == 0
  }

  private func expectStatusStays(_ mode: UInt32, owner: (user: UInt32, group: UInt32)?) throws {
    let scratch = try Scratch()
    let file = try scratch.file("a.conf", "old")
    if let owner { #expect(chown(file, owner.user, owner.group) == 0) }
    #expect(chmod(file, mode) == 0)
    let before = status(file)
    try FileReplacement.replace(file, expecting: Array("old".utf8), with: Array("new one".utf8))
    let after = status(file)
    #expect(after.st_mode == before.st_mode && after.st_uid == before.st_uid && after.st_gid == before.st_gid)
    #expect(after.st_ino != before.st_ino && after.st_size == 7)
    #expect(entries(scratch.path) == 1)
  }

  @Test func whatIsNotAsItWasReadStays() throws {
    let scratch = try Scratch()
    let file = try scratch.file("a.conf", "edited")
    #expect(throws: FileReplacementError.self) {
      try FileReplacement.replace(file, expecting: Array("as read".utf8), with: [])
    }
    #expect(throws: FileReplacementError.self) {
      try FileReplacement.replace(scratch.path + "/none", expecting: [], with: [])
    }
    let other = scratch.path + "/other.conf"
    #expect(link(file, other) == 0)
    #expect(throws: FileReplacementError.self) {
      try FileReplacement.replace(file, expecting: Array("edited".utf8), with: [])
    }
    #expect(try contents(file) == "edited" && entries(scratch.path) == 2)
  }
}
