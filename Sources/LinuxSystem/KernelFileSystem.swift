import CLinux

/// File systems through which the kernel shows its state, such as proc and sysfs. Reading a file in one may take data
/// from other readers, as with `/proc/kmsg`.
public enum KernelFileSystem {
  /// Name of the kernel's file system in which an open file lies; `nil` for every other file system.
  public static func name(of descriptor: Int32) -> String? {
    // The magic numbers of statfs(2).
    switch clinux_file_system_type(descriptor) {
    case 0x9FA0: "proc"
    case 0x6265_6572: "sysfs"
    case 0x6462_6720: "debugfs"
    case 0x7472_6163: "tracefs"
    case 0x7363_6673: "securityfs"
    case 0x27_E0EB, 0x6367_7270: "cgroup"
    case 0xCAFE_4A11: "bpf"
    case 0x6265_6570: "configfs"
    case 0x6165_676C: "pstore"
    case 0xDE5E_81E4: "efivarfs"
    case 0xF97C_FF8C: "selinuxfs"
    case 0x1980_0202: "mqueue"
    case 0x6573_5543: "fusectl"
    case 0x4249_4E4D: "binfmt_misc"
    case 0x1CD1: "devpts"
    default: nil
    }
  }
}
