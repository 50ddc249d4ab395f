import Glibc

// A role is chosen before the command line is looked at: the engine and the prober need none of what parses it.
exit(EntryPoint(arguments: CommandLine.arguments).run())
