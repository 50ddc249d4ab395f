import Glibc

// The role is chosen before the command line is parsed: engine and prober do not need the parser.
exit(EntryPoint(arguments: CommandLine.arguments).run())
