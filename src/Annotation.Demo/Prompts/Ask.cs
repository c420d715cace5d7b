using Annotation.Demo.World;

namespace Annotation.Demo.Prompts;

/// <summary>What a prompt asks for, as the world understands it.</summary>
/// <param name="Family">What is wanted.</param>
/// <param name="Subjects">Whom it is about: one or two, in the order of the prompt; none if the prompt names nothing the world knows.</param>
/// <param name="Aspect">The aspect asked for, with <see cref="PromptFamily.Question"/>.</param>
public sealed record Ask(PromptFamily Family, IReadOnlyList<Subject> Subjects, Aspect? Aspect = null);
