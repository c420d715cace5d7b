namespace Annotation.Learning.Generation;

/// <summary>The next piece of a completion that is being written.</summary>
/// <param name="Row">The prompt's place in the list, from 0.</param>
/// <param name="Text">Whole characters, never empty.</param>
public readonly record struct GeneratedPiece(int Row, string Text);
