using System.Runtime.InteropServices;
using TorchSharp;

namespace Annotation.Learning.Tensors;

/// <summary>
/// Loads the native tensor library, once per process, before the first tensor is made.
/// </summary>
/// <remarks>
/// The libraries are loaded by full path, so that TorchSharp finds them already in memory. On systems whose C++
/// runtime is older than the one TorchSharp's bridge was linked with, the bridge is loaded from a relaxed copy in a
/// private cache folder (<see cref="RelaxedLibrary"/>): the packaged file is never touched, because build outputs are
/// hard links to it. The environment variable <c>ANNOTATION_TORCH_DIR</c> names a folder with another build of the
/// same libtorch version, for instance one for a graphics card.
/// </remarks>
public static partial class TorchRuntime
{
    /// <summary>Names a folder with the libtorch libraries to use instead of the ones beside the program.</summary>
    public const string FolderVariable = "ANNOTATION_TORCH_DIR";

    private const string Bridge = "libLibTorchSharp.so";

    // In the order of their dependencies; the ones of a graphics card are present only in its own packages.
    private static readonly (string Pattern, bool Required)[] _libraries =
    [
        ("libgomp*.so*", false),
        ("libc10.so", true),
        ("libtorch_cpu.so", true),
        ("libc10_cuda.so", false),
        ("libtorch_cuda.so", false),
        ("libtorch.so", true),
    ];

    private static readonly Lock _gate = new();
    private static bool _loaded;

    /// <summary>Loads the native libraries. Calls after the first do nothing.</summary>
    /// <exception cref="TorchRuntimeException">A library is missing or cannot be loaded; the message says which and what to do.</exception>
    public static void Load()
    {
        lock (_gate)
        {
            if (_loaded)
            {
                return;
            }

            if (OperatingSystem.IsLinux())
            {
                YieldWhileWaiting();
                LoadLibraries();
            }

            torch.InitializeDeviceType(DeviceType.CPU);
            _loaded = true;
        }
    }

    /// <summary>Sets how many threads one operation may use when called from the current thread.</summary>
    public static void SetThreads(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Load();
        torch.set_num_threads(threads);
    }

    /// <summary>The device of this name: <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>. A graphics card is only used when asked for.</summary>
    /// <exception cref="TorchRuntimeException">The name is unknown, or no graphics card can be used.</exception>
    public static torch.Device SelectDevice(string name)
    {
        Load();
        if (name == "cpu")
        {
            return torch.CPU;
        }

        var index = 0;
        if (name != "cuda" && !(name.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(name.AsSpan(5), out index)))
        {
            throw new TorchRuntimeException($"Unknown device '{name}': use cpu, cuda or cuda:<number>.");
        }

        if (!torch.cuda.is_available() || index < 0 || index >= torch.cuda.device_count())
        {
            throw new TorchRuntimeException(
                $"Device '{name}' was asked for, but no such graphics card can be used: check the driver and that the "
                    + $"program was built with -p:TorchBackend=cuda (or {FolderVariable} names such a build)."
            );
        }

        torch.InitializeDeviceType(DeviceType.CUDA);
        return new torch.Device(DeviceType.CUDA, index);
    }

    /// <summary>
    /// Has the threads of an operation sleep, not spin, while they wait for each other, unless the user says otherwise.
    /// Spinning gains a fifth on an idle machine and loses nine tenths where other programs want the cores too.
    /// </summary>
    private static void YieldWhileWaiting()
    {
        // OpenMP reads the process's own environment when it is loaded; .NET would change only its copy.
        if (SetEnvironmentVariable("OMP_WAIT_POLICY", "PASSIVE", overwrite: 0) != 0)
        {
            throw new TorchRuntimeException("The environment of the process cannot be changed: there is no memory left.");
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironmentVariable(string name, string value, int overwrite);

    private static void LoadLibraries()
    {
        var folder = FindFolder();
        foreach (var (pattern, required) in _libraries)
        {
            var path = Directory.EnumerateFiles(folder, pattern).Order(StringComparer.Ordinal).FirstOrDefault();
            if (path is not null)
            {
                LoadLibrary(path, path);
            }
            else if (required)
            {
                throw new TorchRuntimeException($"{folder} has no {pattern}: it does not hold a complete libtorch.");
            }
        }

        var bridge = Path.Combine(AppContext.BaseDirectory, Bridge);
        if (!File.Exists(bridge))
        {
            throw new TorchRuntimeException(
                $"{bridge} is missing: build the program for linux-x64 so that the TorchSharp package puts it there."
            );
        }

        if (!NativeLibrary.TryLoad(bridge, out _))
        {
            using var copy = RelaxedLibrary.Write(bridge);
            LoadLibrary(copy.Path, bridge);
        }
    }

    private static string FindFolder()
    {
        var named = Environment.GetEnvironmentVariable(FolderVariable);
        if (!string.IsNullOrEmpty(named))
        {
            return Directory.Exists(named)
                ? Path.GetFullPath(named)
                : throw new TorchRuntimeException($"{FolderVariable} names the folder {named}, which does not exist.");
        }

        return File.Exists(Path.Combine(AppContext.BaseDirectory, "libtorch_cpu.so"))
            ? AppContext.BaseDirectory
            : throw new TorchRuntimeException(
                $"libtorch is not beside the program ({AppContext.BaseDirectory}): build with -p:TorchBackend=cpu or cuda, "
                    + $"or name a folder that holds it in {FolderVariable}."
            );
    }

    private static void LoadLibrary(string path, string original)
    {
        try
        {
            NativeLibrary.Load(path);
        }
        catch (Exception e) when (e is DllNotFoundException or BadImageFormatException)
        {
            throw new TorchRuntimeException($"{original} cannot be loaded: {e.Message.ReplaceLineEndings(" ")}", e);
        }
    }
}
