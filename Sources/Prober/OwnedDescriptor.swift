import LinuxSystem

/// A descriptor that several values can refer to, closed when the last of them goes.
final class OwnedDescriptor {
  let descriptor: FileDescriptor

  init(_ descriptor: consuming FileDescriptor) {
    self.descriptor = descriptor
  }

  var rawValue: Int32 { descriptor.rawValue }
}
