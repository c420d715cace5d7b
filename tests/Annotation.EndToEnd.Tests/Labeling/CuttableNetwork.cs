using System.Net;
using System.Net.Sockets;

namespace Annotation.EndToEnd.Tests.Labeling;

/// <summary>A wire between browser and server that can be cut in the middle of anything, healed, and made slow.</summary>
public sealed class CuttableNetwork : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly Uri _server;
    private readonly TimeSpan _delay;
    private readonly Lock _gate = new();
    private readonly HashSet<TcpClient> _open = [];
    private bool _cut;

    /// <param name="server">Where the wire ends.</param>
    /// <param name="delay">How much later everything arrives, in each direction.</param>
    public CuttableNetwork(Uri server, TimeSpan delay = default)
    {
        _server = server;
        _delay = delay;
        _listener.Start();
        _ = AcceptAsync();
    }

    /// <summary>Where the browser connects.</summary>
    public Uri Address => new($"http://localhost:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Breaks every connection, requests and answers that are under way too, and lets no new one through.</summary>
    public void Cut()
    {
        lock (_gate)
        {
            _cut = true;
            foreach (var client in _open)
            {
                client.Client.Close(0);
            }

            _open.Clear();
        }
    }

    /// <summary>Lets connections through again.</summary>
    public void Heal()
    {
        lock (_gate)
        {
            _cut = false;
        }
    }

    public void Dispose()
    {
        Cut();
        _listener.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            TcpClient near;
            try
            {
                near = await _listener.AcceptTcpClientAsync();
            }
            catch (Exception failure) when (failure is SocketException or ObjectDisposedException)
            {
                return;
            }

            _ = ConnectAsync(near);
        }
    }

    private async Task ConnectAsync(TcpClient near)
    {
        using var far = new TcpClient { NoDelay = true };
        near.NoDelay = true;
        lock (_gate)
        {
            if (_cut)
            {
                near.Client.Close(0);
                return;
            }

            _open.Add(near);
            _open.Add(far);
        }

        try
        {
            await far.ConnectAsync(IPAddress.Loopback, _server.Port);
            await Task.WhenAny(CarryAsync(near, far), CarryAsync(far, near));
        }
        catch (Exception failure) when (failure is SocketException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // The wire was cut, or one end hung up.
        }
        finally
        {
            lock (_gate)
            {
                _open.Remove(near);
                _open.Remove(far);
            }

            near.Dispose();
        }
    }

    private async Task CarryAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[64 * 1024];
        var (source, target) = (from.GetStream(), to.GetStream());
        while (await source.ReadAsync(buffer) is > 0 and var count)
        {
            if (_delay > TimeSpan.Zero)
            {
                await Task.Delay(_delay);
            }

            await target.WriteAsync(buffer.AsMemory(0, count));
        }
    }
}
