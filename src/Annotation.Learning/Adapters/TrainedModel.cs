using Annotation.Learning.Models;
using Annotation.Learning.Training;
using static TorchSharp.torch;

namespace Annotation.Learning.Adapters;

/// <summary>Models made ready for a trainer as the settings say.</summary>
public static class TrainedModel
{
    /// <summary>Reads a model folder in the settings' precision, with a fresh adapter if they ask for one.</summary>
    /// <exception cref="Text.ModelFolderException">A file is missing or wrong.</exception>
    /// <exception cref="InvalidSettingException">A setting does not fit the model.</exception>
    public static Pretrained Load(string folder, Device device, MemorySettings settings, ulong seed)
    {
        var model = Pretrained.Load(folder, device, TypeOf(settings));
        try
        {
            Prepare(model.Model, settings, seed);
            return model;
        }
        catch
        {
            model.Dispose();
            throw;
        }
    }

    /// <summary>The type of the weights that the settings ask for.</summary>
    public static ScalarType TypeOf(MemorySettings settings) =>
        settings.Precision == WeightPrecision.Bf16 ? ScalarType.BFloat16 : ScalarType.Float32;

    /// <summary>Adds an adapter and says what is kept for gradients, as the settings ask.</summary>
    public static void Prepare(LanguageModel model, MemorySettings settings, ulong seed)
    {
        Lora.Add(model, settings, seed);
        model.RecomputesActivations = settings.RecomputeActivations;
    }

    /// <summary>The policy as it was before training: its frozen weights where an adapter is trained, else read again from its folder.</summary>
    public static Pretrained Reference(Pretrained policy, string folder) =>
        policy.Model.HasAdapter
            ? policy with
            {
                Model = policy.Model.WithoutAdapter(),
            }
            : Pretrained.Load(folder, policy.Model.Device, policy.Model.ScalarType);
}
